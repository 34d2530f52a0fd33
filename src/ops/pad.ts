/** Surrounding a tensor with a constant. */

import { ShapeError } from '../errors.ts';
import { checkShape, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { inset } from './window.ts';

/**
 * x with widths[k] = [before, behind] elements of `value` added around mode k; modes without widths stay. Throws
 * ShapeError for more widths than modes and for widths that are not whole numbers >= 0.
 */
export function pad(x: Tensor, widths: readonly (readonly [before: number, behind: number])[], value = 0): Tensor {
  const all = x.shape.map((_, k) => widths[k] ?? ([0, 0] as const));
  if (widths.length > x.order || all.flat().some((n) => !Number.isInteger(n) || n < 0)) {
    const got = `${widths.map((pair) => showShape(pair)).join(' ')} for ${showShape(x.shape)}`;
    throw new ShapeError('pad', 'each mode has two whole widths >= 0', got, 'correct the widths');
  }
  if (all.flat().every((n) => n === 0)) return x;
  const shape = x.shape.map((n, k) => n + all[k]![0] + all[k]![1]);
  checkShape('pad', shape);
  const at = { begin: all.map(([before]) => before), step: all.map(() => 1), shape: x.shape };
  return inset(x, { at, shape, fill: value });
}
