/**
 * C = A B, or C += A B, of plain strided matrices inside other kernels: the contraction kernel's tiles without a call
 * from outside. Element (i, p) of A lies at A + i am + p ak, (p, j) of B at B + p bk + j bn, (i, j) of C at
 * C + i cm + j cn; strides are in elements, so a transpose is an exchange of strides. C shares nothing with A and B.
 * To subtract, negate the smaller factor when it is made (C -= V W is C += V (-W)): it costs nothing there.
 * Fastest where bn and cn are 1 and n is a multiple of 8 (f32) or 4 (f64).
 *
 * `work` is the caller's, at a multiple of 64, of mulBytes(m, n, k, bytes of T) bytes (src/kernels/mul.ts). That grows
 * with each size, so the largest m, n and k of a kernel's products give one workspace for all; put it behind the rest.
 */

import { gemmAll } from './gemm';
import { GemmArgs } from './plan';

/** Bytes of the block in front of the contraction's workspace; src/kernels/mul.ts has the same. */
const BLOCK: usize = 128;

export function mul<T>(
  work: usize,
  m: i32,
  n: i32,
  k: i32,
  A: usize,
  am: i32,
  ak: i32,
  B: usize,
  bk: i32,
  bn: i32,
  C: usize,
  cm: i32,
  cn: i32,
  accumulate: bool,
): void {
  if (m < 1 || n < 1) return;
  for (let p = work; p < work + BLOCK; p += 16) v128.store(p, i64x2.splat(0));
  const a = changetype<GemmArgs>(work);
  a.work = work + BLOCK;
  a.batch = 1;
  a.m = m;
  a.n = n;
  a.k = k;
  a.accumulate = accumulate ? 1 : 0;
  a.A = A;
  a.B = B;
  a.C = C;
  a.am = am;
  a.ak = ak;
  a.bk = bk;
  a.bn = bn;
  a.cm = cm;
  a.cn = cn;
  gemmAll<T>(a);
}
