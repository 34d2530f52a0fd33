/** Long matrices a block of rows at a time, so that what is made on the way does not take as much memory as they do. */

import { add } from '../ops/binary.ts';
import { concat } from '../ops/concat.ts';
import { slice } from '../ops/slice.ts';
import { dispose, scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Elements of a block. */
const BLOCK = 1 << 15;

/** Visits rows from..to-1 of a matrix whose rows have `width` elements; a block has about `elements`. */
export function eachBlock(
  rows: number,
  width: number,
  visit: (from: number, to: number) => void,
  elements: number = BLOCK,
): void {
  const step = Math.max(1, Math.floor(Math.max(BLOCK, elements) / width));
  for (let from = 0; from < rows; from += step) visit(from, Math.min(from + step, rows));
}

/** The blocks that `make` gives, one below the other. */
export function mapBlocks(
  rows: number,
  width: number,
  make: (from: number, to: number) => Tensor,
  elements: number = BLOCK,
): Tensor {
  const blocks: Tensor[] = [];
  eachBlock(rows, width, (from, to) => blocks.push(scope(() => make(from, to))), elements);
  if (blocks.length === 1) return blocks[0]!;
  const whole = concat(blocks);
  dispose(blocks);
  return whole;
}

/** The sum of what `make` gives for all blocks. */
export function sumBlocks(rows: number, width: number, make: (from: number, to: number) => Tensor): Tensor {
  let sum: Tensor | null = null;
  eachBlock(rows, width, (from, to) => {
    const before: Tensor | null = sum;
    sum = scope(() => (before === null ? make(from, to) : add(before, make(from, to))));
    before?.dispose();
  });
  return sum!;
}

/** Rows from..to-1. */
export function rowsOf(x: Tensor, from: number, to: number): Tensor {
  return from === 0 && to === x.shape[0] ? x : slice(x, [[from, to]]);
}
