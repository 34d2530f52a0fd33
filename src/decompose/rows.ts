/**
 * Least squares whose rows of unknowns are independent: a sample s with the design z_s [q] and value v_s belongs to row
 * i_s, so that row i solves (sum z z^T) a = sum v z over its samples. The sums of all rows are scattered at once, a
 * chunk of samples at a time: count q (q + 1) / 2 operations.
 */

import { add, mul } from '../ops/binary.ts';
import { gather, scatterAdd } from '../ops/gather.ts';
import { expandDims, reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import { own, zeros } from '../tensor/create.ts';
import { dispose, scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { mapBlocks, rowsOf } from './blocks.ts';

/** Normal equations of rows: right-hand sides [rows, q], and grams [rows, q, q] of f64. */
export interface RowSystem {
  readonly right: Tensor;
  readonly gram: Tensor;
}

/** Elements of a chunk's products. */
const CHUNK = 1 << 18;

/** Samples that are treated together where each has `width` products. */
export function chunkOf(width: number): number {
  return Math.max(1, Math.floor(CHUNK / width));
}

/**
 * The normal equations of all rows, of which those from..to-1 are asked for. `design(from, to)` gives the z of some
 * samples, [to - from, q] of f64; `row` and `values` are of all samples.
 */
export function rowSystem(
  rows: number,
  q: number,
  row: Int32Array,
  values: Float64Array,
  design: (from: number, to: number) => Tensor,
): (from: number, to: number) => RowSystem {
  const pairs = pairsOf(q);
  const width = (q * (q + 1)) / 2;
  const step = chunkOf(width);
  const sums = scope(() => {
    let right = zeros([rows, q], 'f64');
    let gram = zeros([rows, width], 'f64');
    for (let from = 0; from < values.length; from += step) {
      const to = Math.min(from + step, values.length);
      const before = [right, gram];
      [right, gram] = scope(() => {
        const z = design(from, to);
        const index = own(row.slice(from, to), [to - from]);
        const v = expandDims(own(values.slice(from, to), [to - from]), 1);
        return [
          add(right, scatterAdd(mul(z, v), index, rows)),
          add(gram, scatterAdd(pairs.products(z), index, rows)),
        ] as [Tensor, Tensor];
      });
      dispose(before);
    }
    return { right, gram };
  });
  return (from, to) => ({ right: rowsOf(sums.right, from, to), gram: pairs.square(rowsOf(sums.gram, from, to)) });
}

/** Products of two columns each, of which symmetric matrices are made. */
export function pairsOf(r: number): {
  /** [n, r] to [n, r (r + 1) / 2]: a_p a_q for p <= q. */
  products(a: Tensor): Tensor;
  /** [n, r (r + 1) / 2] to the symmetric matrices [n, r, r]. */
  square(x: Tensor): Tensor;
} {
  const first: number[] = [];
  const second: number[] = [];
  const place = new Int32Array(r * r);
  for (let p = 0; p < r; p++) {
    for (let q = p; q < r; q++) {
      place[p * r + q] = first.length;
      place[q * r + p] = first.length;
      first.push(p);
      second.push(q);
    }
  }
  const columns = (x: Tensor, at: Int32Array): Tensor => transpose(gather(transpose(x), own(at, [at.length])));
  return {
    products: (a) =>
      mapBlocks(a.shape[0]!, first.length, (from, to) => {
        const rows = rowsOf(a, from, to);
        return mul(columns(rows, Int32Array.from(first)), columns(rows, Int32Array.from(second)));
      }),
    square: (x) => reshape(columns(x, place.slice()), [x.shape[0]!, r, r]),
  };
}
