/** Parts of a tensor along its modes: views. */

import { ShapeError } from '../errors.ts';
import { axisOf, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { squeeze } from './reshape.ts';
import { window } from './window.ts';

/**
 * What is taken along a mode. A pair or triple: start (included), stop (not included), step >= 1. A number: that index
 * alone, and the mode is dropped. null: everything. Negative numbers count from the end.
 */
export type Range = readonly [start: number, stop?: number, step?: number] | number | null;

/**
 * A view of the part of x inside one range for each leading mode. Stops beyond the end are cut. Throws ShapeError for
 * more ranges than modes, numbers that are not whole, steps below 1, and single indices that lie outside.
 */
export function slice(x: Tensor, ranges: readonly Range[]): Tensor {
  if (ranges.length > x.order) {
    const got = `${ranges.length} for ${showShape(x.shape)}`;
    throw new ShapeError('slice', 'at most one range for each mode', got, 'leave some out');
  }
  const parts = x.shape.map((n, k) => partOf(ranges[k] ?? null, n));
  const whole = parts.every(({ count, step }, k) => count === x.shape[k] && step === 1);
  const at = {
    begin: parts.map(({ begin }) => begin),
    step: parts.map(({ step }) => step),
    shape: parts.map(({ count }) => count),
  };
  const part = whole ? x : window(x, at);
  const dropped = ranges.flatMap((range, k) => (typeof range === 'number' ? [k] : []));
  return dropped.length === 0 ? part : squeeze(part, dropped);
}

function partOf(range: Range, n: number): { begin: number; count: number; step: number } {
  if (range === null) return { begin: 0, count: n, step: 1 };
  if (typeof range === 'number') {
    const begin = range < 0 ? range + n : range;
    if (!Number.isInteger(range) || begin < 0 || begin >= n) {
      throw new ShapeError('slice', `an index lies inside a mode of size ${n}`, String(range), 'correct the index');
    }
    return { begin, count: 1, step: 1 };
  }
  const [start, stop = n, step = 1] = range;
  if (!Number.isInteger(start) || !(Number.isInteger(stop) || stop === Number.POSITIVE_INFINITY)) {
    throw new ShapeError('slice', 'starts and stops are whole numbers', `${start}, ${stop}`, 'round them');
  }
  if (!Number.isInteger(step) || step < 1) {
    throw new ShapeError('slice', 'a step is a whole number >= 1', String(step), 'correct the step');
  }
  const begin = Math.min(Math.max(start < 0 ? start + n : start, 0), n);
  const end = Math.min(Math.max(stop < 0 ? stop + n : stop, begin), n);
  return { begin, count: Math.ceil((end - begin) / step), step };
}

/**
 * Views of x cut along a mode: into `parts` equal pieces, or into pieces of the given sizes. Throws ShapeError where they do
 * not add up to the mode's size.
 */
export function split(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  const k = axisOf('split', axis, x.order);
  const n = x.shape[k]!;
  const sizes = typeof parts === 'number' ? equalParts(n, parts) : parts;
  if (!sizes.every((size) => Number.isInteger(size) && size >= 0) || sizes.reduce((a, b) => a + b, 0) !== n) {
    const got = typeof parts === 'number' ? `${parts} pieces` : showShape(parts);
    throw new ShapeError('split', `pieces are whole and add up to mode ${k} of size ${n}`, got, 'correct the sizes');
  }
  let begin = 0;
  return sizes.map((size) => {
    const range: Range = [begin, (begin += size)];
    return slice(x, [...new Array<null>(k).fill(null), range]);
  });
}

/** No sizes where they would not be whole. */
function equalParts(n: number, parts: number): number[] {
  const isWhole = Number.isInteger(parts) && parts >= 1 && Number.isInteger(n / parts);
  return isWhole ? new Array<number>(parts).fill(n / parts) : [-1];
}
