/** How elementwise kernels cut their work: the row-major index of the output, in pieces of PIECE elements. */

import type { Shape } from '../shape.ts';

/** Elements in a piece: about 5 µs of work, so that handing it to a worker can pay. assembly/map/walk.ts has the same. */
export const PIECE = 16384;

/** Pieces of an output of n elements. */
export function piecesOf(n: number): number {
  return Math.ceil(n / PIECE);
}

/** Calls `each` for every element of pieces [begin, end) with its row-major index. */
export function eachElement(
  a: { readonly begin: number; readonly end: number },
  n: number,
  each: (i: number) => void,
): void {
  const end = Math.min(a.end * PIECE, n);
  for (let i = a.begin * PIECE; i < end; i++) each(i);
}

/** Where the element with row-major index i of `shape` lies, in elements. */
export function offsetOf(i: number, shape: Shape, strides: Shape): number {
  let offset = 0;
  for (let k = shape.length - 1; k >= 0; k--) {
    offset += (i % shape[k]!) * strides[k]!;
    i = Math.floor(i / shape[k]!);
  }
  return offset;
}
