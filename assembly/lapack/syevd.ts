/**
 * Eigenvalues and eigenvectors of each symmetric matrix of a batch: tridiagonal form, QL iteration, and the rotations of
 * many sweeps applied together to the rows of Q'. The matrix is brought to size 1 by a power of two.
 */

import { fail, Head } from '../abi';
import { maxAbs } from '../map/scan';
import { applyAll, Rotations } from './rotations';
import { steqr } from './steqr';
import { orgtr, sytrd } from './sytrd';

@unmanaged
export class SyevdArgs extends Head {
  batch: i32;
  n: i32;
  vectors: i32;
  A: usize;
  W: usize;
  V: usize;
}

/** Sweeps of rotations that wait to be applied together; src/kernels/syevd.ts has the same. */
const SWEEPS: usize = 64;
const CONVERGENCE: i32 = 2;

export function syevd<T>(a: SyevdArgs): void {
  const n = <usize>a.n;
  if (n == 0) return;
  let pitch = (n * sizeof<T>() + 15) & ~15;
  if ((pitch & 1023) == 0) pitch += 64;
  // The triangle, Q', three rows, d and e, the order, the list of rotations.
  const W = a.work;
  const Q = W + n * pitch;
  const rows = a.vectors ? Q + n * pitch : Q;
  const d = rows + 3 * pitch;
  const e = d + (n << 3);
  const r = changetype<Rotations>(e + (n << 3));
  const order = e + (n << 3) + 64;
  if (a.vectors) {
    r.begin = order + ((n * 4 + 15) & ~15);
    r.next = r.begin;
    r.end = r.begin + SWEEPS * (16 + 2 * sizeof<T>() * n);
    r.rows = Q;
    r.pitch = pitch;
    r.columns = a.n;
  }
  for (let t = <usize>a.begin; t < <usize>a.end; t++) {
    const factor = copyScaled<T>(a.n, a.A + t * n * n * sizeof<T>(), W, pitch);
    sytrd<T>(a.n, W, pitch, d, e, rows, rows + pitch, rows + 2 * pitch);
    if (a.vectors) orgtr<T>(a.n, W, rows, Q, pitch);
    const sweeps = steqr<T>(a.n, d, e, a.vectors ? r : null);
    if (sweeps < 0) fail(CONVERGENCE, 30 * a.n);
    if (a.vectors) applyAll<T>(r);
    sort(a.n, d, order);
    for (let k: usize = 0; k < n; k++) {
      const place = load<i32>(order + (k << 2));
      // Adding 0 makes -0 positive.
      store<T>(a.W + (t * n + k) * sizeof<T>(), <T>(load<f64>(d + ((<usize>place) << 3)) / factor + 0));
      if (a.vectors) writeColumn<T>(n, Q + <usize>place * pitch, a.V + (t * n * n + k) * sizeof<T>());
    }
  }
}

/** The lower triangle of A times a power of two that brings its greatest element near 1; returns that power. */
function copyScaled<T>(n: i32, A: usize, W: usize, pitch: usize): f64 {
  let top: f64 = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    const row = A + i * <usize>n * sizeof<T>();
    top = max(top, maxAbs<T>(row, row + (i + 1) * sizeof<T>()));
  }
  // The exponent of 1 / top, kept where both it and its reciprocal are normal numbers.
  const exponent = <i32>(reinterpret<u64>(top) >> 52);
  const factor = top == 0 ? 1 : reinterpret<f64>(<u64>max(23, min(2023, 2046 - exponent)) << 52);
  for (let i: usize = 0; i < <usize>n; i++) {
    const row = A + i * <usize>n * sizeof<T>();
    for (let j: usize = 0; j <= i; j++) {
      store<T>(W + i * pitch + j * sizeof<T>(), <T>(factor * <f64>load<T>(row + j * sizeof<T>())));
    }
  }
  return factor;
}

/** The places of d's elements in ascending order; equal ones stay in order. */
function sort(n: i32, d: usize, order: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<f64>(d + (<usize>i << 3));
    let p = order + (<usize>i << 2);
    for (; p > order && load<f64>(d + (<usize>load<i32>(p - 4) << 3)) > x; p -= 4) store<i32>(p, load<i32>(p - 4));
    store<i32>(p, i);
  }
}

/** A row as a column of V [n, n], with the sign that makes its element of greatest size positive, the first of equals. */
function writeColumn<T>(n: usize, row: usize, V: usize): void {
  const end = row + n * sizeof<T>();
  let top: T = 0;
  let sign: T = 1;
  for (let p = row; p < end; p += sizeof<T>()) {
    const x = load<T>(p);
    if (abs<T>(x) > top) {
      top = abs<T>(x);
      sign = x < 0 ? -1 : 1;
    }
  }
  for (let p = row; p < end; p += sizeof<T>(), V += n * sizeof<T>()) store<T>(V, sign * load<T>(p));
}
