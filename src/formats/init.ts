/**
 * Random low-rank tensors whose full entries have the standard deviation that was asked for. With independent normal
 * parts the variance of an entry is the product of the ranks and of the parts' variances; the draw is then scaled to
 * meet the value exactly.
 */

import type { Real } from '../dtype.ts';
import { pow } from '../math.ts';
import { mul } from '../ops/binary.ts';
import { normal } from '../ops/random.ts';
import { fold, type Key } from '../random.ts';
import { sizeOf } from '../shape.ts';
import { item } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { norm } from './algebra.ts';
import type { Layout } from './format.ts';
import { Factored, partShapes, type Sizes } from './network.ts';

/** Full entries with mean 0 and the given standard deviation. */
export function randomFactored(
  format: string,
  layout: Layout,
  ranks: Sizes,
  options: { readonly std: number; readonly key: Key; readonly dtype?: Real },
): Factored {
  const { std, key, dtype = 'f32' } = options;
  return scope(() => {
    const shapes = partShapes(layout.net, { ...layout.modes, ...ranks });
    const drawn = Object.entries(shapes).map(([name, shape]): [string, Tensor] => {
      return [name, normal(fold(key, name), shape, { dtype })];
    });
    const raw = new Factored(format, layout.net, layout.axes, Object.fromEntries(drawn));
    // Every part carries an equal share of the scale, so that gradients of the parts are balanced.
    const wanted = std * Math.sqrt(sizeOf(raw.shape));
    const ratio = pow(wanted / item(norm(raw)), 1 / drawn.length);
    return new Factored(format, layout.net, layout.axes, Object.fromEntries(drawn.map(([n, x]) => [n, mul(x, ratio)])));
  });
}
