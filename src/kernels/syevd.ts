/**
 * Eigenvalues and eigenvectors of a batch of symmetric matrices. The reference is Jacobi's method (Golub & Van Loan, 8.5);
 * the compiled kernel reduces to tridiagonal form and iterates there.
 */

import { defineKernel, type Kernel, Status } from './kernel.ts';
import { mulBytes } from './mul.ts';
import { unset } from './samples.ts';
import { Symmetric, symmetricOf } from './symmetricSamples.ts';
import { pitchOf } from './wy.ts';

const fields = { batch: 'int', n: 'int', vectors: 'int', A: 'data', W: 'data', V: 'data' } as const;

/** Sweeps of rotations whose cosines and sines wait to be applied together; assembly/lapack/syevd.ts has the same. */
const SWEEPS = 64;
/** Columns of a block of reflectors; assembly/lapack/wy.ts has the same. */
const BLOCK = 16;
const LIMIT = 60;
/** 2^-60, the size of elements that count as zero. */
const NEGLIGIBLE = 8.673617379884035e-19;

/** Bytes of the objects in front of the workspace; assembly/lapack/syevd.ts has the same. */
const HEAD = 128;

/** What assembly/lapack/syevd.ts shares out: the triangle, vectors, and Q' with what forms it or, later, rotations. */
function workspace(n: number, vectors: boolean, bytes: number): number {
  const pitch = pitchOf(n + 16 / bytes, bytes) * bytes;
  const own = HEAD + (n + 3) * pitch + Math.ceil((20 * n) / 64) * 64;
  if (!vectors) return own;
  const forming = 2 * BLOCK * (n + BLOCK) * bytes + mulBytes(Math.max(n, BLOCK), n, Math.max(n, BLOCK), bytes);
  return own + n * pitch + Math.max(forming, SWEEPS * (16 + 2 * bytes * n) + 8 * n);
}

/**
 * A [batch, n, n] = V diag(W) V', of A only the lower triangle is read. W [batch, n] ascending, V [batch, n, n] with
 * orthonormal columns, of which the element of greatest size, the first of equal ones, is positive. V is absent and
 * `vectors` 0 where only W is wanted. A matrix whose iteration meets its limit is Status.convergence.
 */
export const syevd: Kernel<typeof fields> = defineKernel({
  name: 'syevd',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => a.batch,
  scratch: ({ n, vectors }, bytes) => workspace(n, vectors !== 0, bytes),
  reference(a, _, fail) {
    const { n } = a;
    for (let t = a.begin; t < a.end; t++) {
      const A = new Float64Array(n * n);
      let top = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          A[i * n + j] = A[j * n + i] = a.A[t * n * n + i * n + j]!;
          top = Math.max(top, Math.abs(A[i * n + j]!));
        }
      }
      for (let k = 0; k < A.length; k++) A[k]! /= top || 1;
      const V = new Float64Array(n * n);
      for (let i = 0; i < n; i++) V[i * n + i] = 1;
      if (!jacobi(A, V, n)) fail(Status.convergence, LIMIT);
      const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => A[i * n + i]! - A[j * n + j]! || i - j);
      order.forEach((from, to) => {
        a.W[t * n + to] = top * A[from * n + from]! + 0;
        if (a.V.length === 0) return;
        const sign = signOf(V, from, n);
        for (let i = 0; i < n; i++) a.V[t * n * n + i * n + to] = sign * V[i * n + from]!;
      });
    }
  },
  flops: ({ batch, n, vectors }) => batch * n * n * n * (vectors ? 9 : 4 / 3),
  /** Batch, n, vectors, kind of matrix. */
  cases: [
    ...[0, 1, 2, 3, 4, 5, 8, 16, 17, 40].flatMap((n) => [0, 1].map((vectors) => [1, n, vectors, Symmetric.plain])),
    ...Object.values(Symmetric).map((kind) => [1, 23, 1, kind]),
    [5, 6, 1, Symmetric.plain],
    [1, 70, 1, Symmetric.clustered],
    [1, 65, 1, Symmetric.plain],
  ],
  sample([batch, n, vectors, kind], random) {
    const A = new Float64Array(batch! * n! * n!);
    for (let t = 0; t < batch!; t++) A.set(symmetricOf(kind!, n!, random), t * n! * n!);
    const V = vectors ? unset(A.length) : null;
    return { batch: batch!, n: n!, vectors: vectors!, A, W: unset(batch! * n!), V };
  },
});

/** Rotates A, of size 1, to diagonal form, and V with it. False where the sweeps do not suffice. */
function jacobi(A: Float64Array, V: Float64Array, n: number): boolean {
  for (let sweep = 0; sweep < LIMIT; sweep++) {
    let quiet = true;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const [x, y, z] = [A[p * n + p]!, A[q * n + q]!, A[p * n + q]!];
        if (Math.abs(z) <= NEGLIGIBLE) continue;
        quiet = false;
        const zeta = (y - x) / (2 * z);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        turn(A, p * n, q * n, 1, n, c, c * t);
        turn(A, p, q, n, n, c, c * t);
        turn(V, p, q, n, n, c, c * t);
        A[p * n + q] = A[q * n + p] = 0;
      }
    }
    if (quiet) return true;
  }
  return false;
}

/** The sign that makes the element of greatest size, the first of equal ones, of column j positive. */
function signOf(V: Float64Array, j: number, n: number): number {
  let top = 0;
  for (let i = 0; i < n; i++) if (Math.abs(V[i * n + j]!) > Math.abs(V[top * n + j]!)) top = i;
  return V[top * n + j]! < 0 ? -1 : 1;
}

/** n pairs x[at + k step], x[other + k step] -> c x - s y, s x + c y. */
function turn(x: Float64Array, at: number, other: number, step: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const [a, b] = [x[at + k * step]!, x[other + k * step]!];
    x[at + k * step] = c * a - s * b;
    x[other + k * step] = s * a + c * b;
  }
}
