/** Images with a border of zeros, in memory of their own while a kernel needs them. */

import type { Backend } from '../backend/backend.ts';
import { fill } from '../kernels/fill.ts';
import { blank } from '../tensor/create.ts';
import { release } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { copyInto } from './contiguous.ts';

/** Zeros in front of and behind a mode. */
export type Border = readonly [low: number, high: number];

/** x [b, c, h, w] with zeros around each plane, and the function that frees it; x itself where there are none. */
export function bordered(
  op: string,
  x: Tensor,
  [y, z]: readonly [Border, Border],
  on: Backend,
): readonly [Tensor, () => void] {
  if ([...y, ...z].every((n) => n === 0)) return [x, () => {}];
  const [b, c, h, w] = x.shape;
  const image = blank(op, [b, c, h + y[0] + y[1], w + z[0] + z[1]], x.dtype);
  clear(image, on);
  if (x.size > 0) copyInto(image, image.strides, y[0] * image.shape[3] + z[0], x, on);
  return [image, () => release(image.storage)];
}

/** Sets a dense tensor to zero. */
export function clear(x: Tensor, on: Backend): void {
  on.run(fill, x.dtype, { n: x.size, value: 0, y: x.storage.operand(x.offset) });
}
