/**
 * Eigenvalues and eigenvectors of each symmetric matrix of a batch: tridiagonal form, QL iteration, and the rotations of
 * many sweeps applied together to the rows of Q'. The matrix is brought to size 1 by a power of two.
 */

import { fail, Head } from '../abi';
import { maxAbs } from '../map/scan';
import { formRows, RowRoom } from './formRows';
import { applyAll, Rotations } from './rotations';
import { writeColumn } from './signs';
import { steqr } from './steqr';
import { sytrd } from './sytrd';
import { BLOCK, pitchOf } from './wy';

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
/** Bytes of the objects in front; src/kernels/syevd.ts has the same. */
const HEAD: usize = 128;
const CONVERGENCE: i32 = 2;

export function syevd<T>(a: SyevdArgs): void {
  const n = <usize>a.n;
  if (n == 0) return;
  const pitch = <usize>pitchOf<T>(a.n + <i32>(16 / sizeof<T>())) * sizeof<T>();
  // The triangle, three rows, Q', what forming it takes, d and e, the order, the list of rotations.
  const W = a.work + HEAD;
  const rows = W + n * pitch;
  const d = rows + 3 * pitch;
  const e = d + (n << 3);
  const order = e + (n << 3);
  const Q = (order + (n << 2) + 63) & ~63;
  const room = changetype<RowRoom>(a.work);
  const r = changetype<Rotations>(a.work + 64);
  if (a.vectors) {
    room.W = Q + n * pitch;
    room.X = room.W + n * BLOCK * sizeof<T>();
    room.N = room.X + n * BLOCK * sizeof<T>();
    room.G = room.N + BLOCK * BLOCK * sizeof<T>();
    room.mul = room.G + BLOCK * BLOCK * sizeof<T>();
    // They come after the forming.
    r.scales = room.W;
    r.begin = room.W + (n << 3);
    r.end = r.begin + SWEEPS * (16 + 2 * sizeof<T>() * n);
    r.rows = Q;
    r.pitch = pitch;
    r.columns = a.n;
  }
  for (let t = <usize>a.begin; t < <usize>a.end; t++) {
    const factor = copyScaled<T>(a.n, a.A + t * n * n * sizeof<T>(), W, pitch);
    sytrd<T>(a.n, W, pitch, d, e, rows, rows + pitch, rows + 2 * pitch);
    if (a.vectors) {
      const ld = <i32>(pitch / sizeof<T>());
      formRows<T>(Q, ld, a.n, a.n, W, ld, rows, a.n - 1, 1, room);
    }
    const sweeps = steqr<T>(a.n, d, e, a.vectors ? r : null);
    if (sweeps < 0) fail(CONVERGENCE, 30 * a.n);
    if (a.vectors) applyAll<T>(r);
    sort(a.n, d, order);
    for (let k: usize = 0; k < n; k++) {
      const place = <usize>load<i32>(order + (k << 2));
      // Adding 0 makes -0 positive.
      store<T>(a.W + (t * n + k) * sizeof<T>(), <T>(load<f64>(d + (place << 3)) / factor + 0));
      if (!a.vectors) continue;
      writeColumn<T, T>(Q + place * pitch, a.n, a.V + (t * n * n + k) * sizeof<T>(), n * sizeof<T>());
    }
  }
}

/** The lower triangle of A, transposed, times a power of two that brings its greatest element near 1; returns that power. */
function copyScaled<T>(n: i32, A: usize, W: usize, pitch: usize): f64 {
  let top: f64 = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    const row = A + i * <usize>n * sizeof<T>();
    top = max(top, maxAbs<T>(row, row + (i + 1) * sizeof<T>()));
  }
  // The exponent of 1 / top, kept where both it and its reciprocal are normal numbers.
  const exponent = <i32>(reinterpret<u64>(top) >> 52);
  const factor = top == 0 ? 1 : reinterpret<f64>((<u64>max(23, min(2023, 2046 - exponent))) << 52);
  memory.fill(W, 0, <usize>n * pitch);
  for (let i: usize = 0; i < <usize>n; i++) {
    const row = A + i * <usize>n * sizeof<T>();
    for (let j: usize = 0; j <= i; j++) {
      store<T>(W + j * pitch + i * sizeof<T>(), <T>(factor * <f64>load<T>(row + j * sizeof<T>())));
    }
  }
  return factor;
}

/** The places of d's elements in ascending order; equal ones stay in order. */
function sort(n: i32, d: usize, order: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<f64>(d + ((<usize>i) << 3));
    let p = order + ((<usize>i) << 2);
    for (; p > order && load<f64>(d + ((<usize>load<i32>(p - 4)) << 3)) > x; p -= 4) store<i32>(p, load<i32>(p - 4));
    store<i32>(p, i);
  }
}
