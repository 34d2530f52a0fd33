/**
 * Sizes of the contraction kernel. A tile of C is 6 rows x 2 vectors: 12 sums, 2 vectors of B and one number of A fill
 * the 15 registers that V8 leaves on x64.
 */

/** Products in one running sum; src/kernels/gemm.ts has the same, since it decides the bits. */
export const KC: i32 = 256;
/** Rows of a tile. */
export const MR: i32 = 6;
/** Rows of A packed at a time: 96 x KC elements stay in the second-level cache. */
export const MC: i32 = 96;
/** Columns of B packed at a time. */
export const NC: i32 = 1024;

/** Products a piece is worth, and the multiple of lines at which it is cut; src/kernels/gemm.ts has the same. */
export const PIECE: i32 = 524288;
export const GRAIN: i32 = 24;

/** Counts as types, so that one generic function gives every tile: offsetof<N3>() is 3 at compile time. */
@unmanaged
export class N1 {
  a: u8;
}
@unmanaged
export class N2 extends N1 {
  b: u8;
}
@unmanaged
export class N3 extends N2 {
  c: u8;
}
@unmanaged
export class N4 extends N3 {
  d: u8;
}
@unmanaged
export class N5 extends N4 {
  e: u8;
}
@unmanaged
export class N6 extends N5 {
  f: u8;
}
