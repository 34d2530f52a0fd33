/**
 * One-sided Jacobi (Hestenes 1958; de Rijk 1989) in plain numbers: rotations from the right make the columns of A
 * orthogonal, A J = U S. The reference of the singular value kernels. O(max(m, n) k^2) a sweep, 5 to 15 sweeps.
 */

import type { Round } from './kernel.ts';

/** Sweeps before the iteration is given up; none of the matrices on which it is tried needs half of them. */
export const SWEEPS = 60;
const ULP = 2.220446049250313e-16;
/** Squared norm below which a column counts as zero: the squares of its entries are no longer exact. */
const NULL = 1.1830521861667747e-271;

/** Row-major A [m, n] = U [m, k] diag(S) Vt [k, n], k = min(m, n), and the sweeps it took. */
export interface PlainSvd {
  readonly U: Float64Array;
  readonly S: Float64Array;
  readonly Vt: Float64Array;
  readonly sweeps: number;
}

/**
 * The thin singular value decomposition, S descending, without signs. `sweeps` is above SWEEPS where the rotations did
 * not come to an end.
 */
export function jacobiSvd(A: ArrayLike<number>, m: number, n: number): PlainSvd {
  const [k, long] = m < n ? [m, n] : [n, m];
  const scale = powerOfTwo(A, m * n);
  // The vectors to be made orthogonal, and the rows of J': columns of A, or its rows where these are fewer.
  const W = Array.from({ length: k }, (_, j) =>
    Float64Array.from({ length: long }, (_, i) => scale * (m < n ? A[j * n + i]! : A[i * n + j]!)),
  );
  const J = Array.from({ length: k }, (_, j) => Float64Array.from({ length: k }, (_, i) => (i === j ? 1 : 0)));
  const sweeps = orthogonalize(W, J);
  const order = W.map((w, j) => [Math.sqrt(dot(w, w)), j] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const S = Float64Array.from(order, ([s]) => s / scale);
  const done: Float64Array[] = [];
  for (const [s, j] of order) done.push(s * s > NULL ? W[j]!.map((x) => x / s) : completion(done, long));
  const turned = order.map(([, j]) => J[j]!);
  const [left, right] = m < n ? [turned, done] : [done, turned];
  return {
    U: Float64Array.from({ length: m * k }, (_, p) => left[p % k]![Math.floor(p / k)]!),
    S,
    Vt: Float64Array.from({ length: k * n }, (_, p) => right[Math.floor(p / n)]![p % n]!),
    sweeps,
  };
}

/** A power of two that brings the largest of the first `count` numbers into [0.5, 1), as far as it is itself finite. */
function powerOfTwo(x: ArrayLike<number>, count: number): number {
  let top = 0;
  for (let i = 0; i < count; i++) top = Math.max(top, Math.abs(x[i]!));
  let scale = 1;
  if (top === 0) return scale;
  while (top * scale >= 1) scale /= 2;
  while (top * scale < 0.5 && scale < 1.0715086071862673e301) scale *= 2;
  return scale;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** Rotates pairs of W, and of J with them, until all are orthogonal. Returns the sweeps it took. */
function orthogonalize(W: Float64Array[], J: Float64Array[]): number {
  const eps = ULP * Math.sqrt(W[0]?.length ?? 0);
  const norms = W.map((w) => dot(w, w));
  for (let sweep = 1; sweep <= SWEEPS; sweep++) {
    let turned = false;
    for (let p = 0; p < W.length - 1; p++) {
      longestFirst(W, J, norms, p);
      for (let q = p + 1; q < W.length; q++) {
        if (norms[q]! <= NULL) continue;
        const c = dot(W[p]!, W[q]!);
        if (Math.abs(c) <= eps * Math.sqrt(norms[p]!) * Math.sqrt(norms[q]!)) continue;
        const zeta = (norms[q]! - norms[p]!) / (2 * c);
        const size = Math.abs(zeta);
        const t = (zeta < 0 ? -1 : 1) / (size > 1e8 ? 2 * size : size + Math.sqrt(1 + size * size));
        rotate(W[p]!, W[q]!, t);
        rotate(J[p]!, J[q]!, t);
        norms[p] = dot(W[p]!, W[p]!);
        norms[q] = dot(W[q]!, W[q]!);
        turned = true;
      }
    }
    if (!turned) return sweep;
  }
  return SWEEPS + 1;
}

/** Pivoting after de Rijk: the longest of the vectors from p on comes to p. */
function longestFirst(W: Float64Array[], J: Float64Array[], norms: number[], p: number): void {
  let q = p;
  for (let j = p + 1; j < W.length; j++) if (norms[j]! > norms[q]!) q = j;
  for (const list of [W, J, norms] as unknown[][]) [list[p], list[q]] = [list[q], list[p]];
}

/** x, y = c x - s y, s x + c y with t = s / c. */
function rotate(x: Float64Array, y: Float64Array, t: number): void {
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]!, y[i]!];
    x[i] = c * a - s * b;
    y[i] = s * a + c * b;
  }
}

/** A unit vector orthogonal to those given: the unit coordinate farthest from them, orthogonalized twice. */
function completion(basis: readonly Float64Array[], length: number): Float64Array {
  const weight = new Float64Array(length);
  for (const b of basis) for (let i = 0; i < length; i++) weight[i] = weight[i]! + b[i]! * b[i]!;
  let at = 0;
  for (let i = 1; i < length; i++) if (weight[i]! < weight[at]!) at = i;
  const x = new Float64Array(length);
  x[at] = 1;
  for (let pass = 0; pass < 2; pass++) {
    for (const b of basis) {
      const c = dot(b, x);
      for (let i = 0; i < length; i++) x[i] = x[i]! - c * b[i]!;
    }
  }
  const size = Math.sqrt(dot(x, x));
  return x.map((v) => v / size);
}

/**
 * Makes the largest entry of each column of U [m, k] positive, the first where several are equal, and turns the rows of
 * Vt [k, n] along.
 */
export function fixSigns(
  U: Float32Array | Float64Array,
  Vt: Float32Array | Float64Array,
  m: number,
  k: number,
  n: number,
): void {
  for (let j = 0; j < k; j++) {
    let top = 0;
    for (let i = 0; i < m; i++) if (Math.abs(U[i * k + j]!) > Math.abs(top)) top = U[i * k + j]!;
    if (top >= 0) continue;
    for (let i = 0; i < m; i++) U[i * k + j] = -U[i * k + j]!;
    for (let i = 0; i < n; i++) Vt[j * n + i] = -Vt[j * n + i]!;
  }
}

/** Rounds numbers into an operand. */
export function storeRounded(into: Float32Array | Float64Array, at: number, from: Float64Array, round: Round): void {
  for (let i = 0; i < from.length; i++) into[at + i] = round(from[i]!);
}
