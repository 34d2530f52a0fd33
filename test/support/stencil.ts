/** How far a gradient is from differences of five points, whose own error is about h^4: for functions that turn fast. */

import { vjp } from '../../src/ops/grad.ts';
import { ones, tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type Fn, inner, like } from './gradcheck.ts';

/**
 * |gradient - differences| / |differences| over all elements of `a`, in f64, of a random combination of what `fn` gives;
 * `order` 2 does so for a random combination of the gradient's elements.
 */
export function stencilError(fn: Fn, a: Tensor, h: number, order: 1 | 2 = 1): number {
  const w = like(fn(a), 11, 'f64');
  const v = like(a, 12, 'f64');
  const scalar: Fn = order === 1 ? (x) => inner([fn(x)], [w]) : (x) => inner([vjp(fn, [x], w).gradients[0]!], [v]);
  const gradient = dataSync(vjp(scalar, [a], ones([], 'f64')).gradients[0]!);
  const at = dataSync(a) as Float64Array;
  const value = (k: number, step: number): number => {
    const moved = at.slice();
    moved[k] = moved[k]! + step;
    return dataSync(scalar(tensor(moved, a.shape)))[0]!;
  };
  let [off, size] = [0, 0];
  for (let k = 0; k < at.length; k++) {
    const near = value(k, h) - value(k, -h);
    const far = value(k, 2 * h) - value(k, -2 * h);
    const slope = (8 * near - far) / (12 * h);
    off += (gradient[k]! - slope) ** 2;
    size += slope ** 2;
  }
  return Math.sqrt(off / size);
}
