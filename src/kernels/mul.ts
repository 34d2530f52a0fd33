/** Workspace of mul() in assembly/level3/mul.ts, the product that other kernels compute on their way. */

import { gemmBytes } from './gemm.ts';

/** Bytes of the block in front of the contraction's workspace; assembly/level3/mul.ts has the same. */
const BLOCK = 128;

/** Bytes for a product [m, k] [k, n], a multiple of 64. Monotone: the largest sizes of several products do for all. */
export function mulBytes(m: number, n: number, k: number, elementBytes: number): number {
  return Math.ceil((BLOCK + gemmBytes(m, n, k, elementBytes)) / 64) * 64;
}
