/**
 * Products of Householder reflectors, block by block: H_0 H_1 ... H_{b-1} = I - V T V' with V of unit lower trapezoidal
 * form and T upper triangular (Schreiber & Van Loan 1989, compact WY). Kept are V, with its zeros and ones, and
 * N = -T', so that every application is three products.
 */

import { mul } from '../level3/mul';
import { madd, width as lanes } from '../simd/lanes';

/** Columns of a block of QR: more make T heavier than what long products gain. src/kernels/wy.ts has the same. */
export const WIDTH: i32 = 16;

/** Columns of a block where singular vectors are formed. src/kernels/{gesvd,syevd}.ts have the same. */
export const BLOCK: i32 = 16;

/** Columns of a panel: rows of 64 bytes. */
// @ts-ignore: decorator
@inline
export function panelWidth<T>(): i32 {
  return <i32>(64 / sizeof<T>());
}

/** Elements from row to row of n elements: an odd multiple of 64 bytes, so that columns spread over the cache. */
// @ts-ignore: decorator
@inline
export function pitchOf<T>(n: i32): i32 {
  return ((((n * <i32>sizeof<T>() + 63) >> 6) | 1) << 6) / <i32>sizeof<T>();
}

/** Workspace of applications: W and X, `lines` rows each, and that of mul(). */
@unmanaged
export class Room {
  W: usize;
  X: usize;
  mul: usize;
}

/** Row j of N from tau_j and g[l] = v_l' v_j, l < j; rows are `ld` bytes apart and 0 above the diagonal. */
export function growRow<T>(N: usize, ld: usize, j: i32, tau: T, g: usize): void {
  const row = N + <usize>j * ld;
  for (let l = 0, n = N; l < j; l++, n += ld, g += sizeof<T>()) {
    const x = v128.splat<T>(-tau * load<T>(g));
    for (let c: usize = 0; c <= <usize>l * sizeof<T>(); c += 16) {
      v128.store(row + c, madd<T>(x, v128.load(n + c), v128.load(row + c)));
    }
  }
  store<T>(row + <usize>j * sizeof<T>(), -tau);
}

/**
 * C = H C, or H' C with `transposed`, for the block's reflectors: V [rows, b], N [b, b], C [rows, columns]; strides in
 * elements.
 */
export function applyWy<T>(
  V: usize,
  ldv: i32,
  rows: i32,
  b: i32,
  N: usize,
  ldn: i32,
  transposed: bool,
  C: usize,
  ldc: i32,
  columns: i32,
  room: Room,
): void {
  if (columns < 1) return;
  const ld = pitchOf<T>(columns);
  mul<T>(room.mul, b, columns, rows, V, 1, ldv, C, ldc, 1, room.W, ld, 1, false);
  timesN<T>(N, ldn, b, transposed, columns, room);
  mul<T>(room.mul, rows, columns, b, V, ldv, 1, room.X, ld, 1, C, ldc, 1, true);
}

/** X = N W with `transposed`, that is -T' W, else N' W = -T W. */
export function timesN<T>(N: usize, ldn: i32, b: i32, transposed: bool, columns: i32, room: Room): void {
  const ld = pitchOf<T>(columns);
  const am = transposed ? ldn : 1,
    ak = transposed ? 1 : ldn;
  mul<T>(room.mul, b, columns, b, N, am, ak, room.W, ld, 1, room.X, ld, 1, false);
}

/**
 * Joins reflectors [0, j) and [j, j + b) of a block whose parts of N are known: N21 = N2 (V2' V1) N1. V has `rows` rows.
 */
export function joinWy<T>(V: usize, ldv: i32, rows: i32, j: i32, b: i32, N: usize, ldn: i32, room: Room): void {
  const ld = pitchOf<T>(j),
    below = V + <usize>(j * ldv) * sizeof<T>();
  const N2 = N + <usize>(j * ldn + j) * sizeof<T>();
  const V2 = below + <usize>j * sizeof<T>();
  mul<T>(room.mul, b, j, rows - j, V2, 1, ldv, below, ldv, 1, room.W, ld, 1, false);
  mul<T>(room.mul, b, j, j, room.W, ld, 1, N, ldn, 1, room.X, ld, 1, false);
  mul<T>(room.mul, b, j, b, N2, ldn, 1, room.X, ld, 1, N + <usize>(j * ldn) * sizeof<T>(), ldn, 1, false);
}

/**
 * V and N of reflectors [j, j + b) as xGEQRF leaves them in F [m, ...], whose rows are `ldf` elements apart: V [m - j, w]
 * and N [w, w]. X holds w x w numbers.
 */
export function loadWy<T>(
  F: usize,
  ldf: i32,
  m: i32,
  j: i32,
  b: i32,
  tau: usize,
  V: usize,
  N: usize,
  w: i32,
  room: Room,
): void {
  const rows = m - j,
    pitch = <usize>w * sizeof<T>();
  let from = F + <usize>(j * ldf + j) * sizeof<T>();
  for (let i = 0, v = V; i < rows; i++, v += pitch, from += <usize>ldf * sizeof<T>()) {
    memory.copy(v, from, <usize>b * sizeof<T>());
    if (i >= b) continue;
    memory.fill(v + <usize>i * sizeof<T>(), 0, <usize>(b - i) * sizeof<T>());
    store<T>(v + <usize>i * sizeof<T>(), 1);
  }
  mul<T>(room.mul, b, b, rows, V, 1, w, V, w, 1, room.X, w, 1, false);
  memory.fill(N, 0, <usize>w * pitch);
  for (let i = 0; i < b; i++) {
    growRow<T>(N, pitch, i, load<T>(tau + <usize>(j + i) * sizeof<T>()), room.X + <usize>i * pitch);
  }
}
