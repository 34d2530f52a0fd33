/** Pooling and flattening as layers. */

import { ShapeError } from '../errors.ts';
import {
  avgPool2d as avgPoolOp,
  globalAvgPool as globalOp,
  maxPool2d as maxPoolOp,
  pooledShape,
  type PoolOptions,
} from '../ops/pool.ts';
import { reshape } from '../ops/reshape.ts';
import { showShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { plain } from './leaf.ts';
import { checkSizes, type Module } from './module.ts';

export type { PoolOptions } from '../ops/pool.ts';

function pooling(kind: string, pool: (x: Tensor, options: PoolOptions) => Tensor, options: PoolOptions): Module {
  const { window, stride = window } = options;
  const [[height, width = height], [down, across = down]] = [[window].flat(), [stride].flat()] as number[][];
  checkSizes(kind, { window: height!, 'window across': width!, stride: down!, 'stride across': across! });
  return plain({
    kind,
    apply: (x) => pool(x, options),
    outputShape: (input) => {
      if (input.length === 3) return pooledShape(kind, [1, ...input], options).slice(1);
      throw new ShapeError(kind, 'the input is [channels, height, width]', showShape(input), 'pool less often');
    },
    flopsPerElement: height! * width!,
  });
}

export function maxPool2d(options: PoolOptions): Module {
  return pooling('maxPool2d', maxPoolOp, options);
}

export function avgPool2d(options: PoolOptions): Module {
  return pooling('avgPool2d', avgPoolOp, options);
}

/** The mean over all positions: [batch, channels, ...] to [batch, channels]. */
export function globalAvgPool(): Module {
  return plain({ kind: 'globalAvgPool', apply: (x) => globalOp(x), outputShape: (input) => [input[0]!] });
}

/** All modes but the batch merged into one. */
export function flatten(): Module {
  return plain({
    kind: 'flatten',
    apply: (x) => reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]),
    outputShape: (input) => [sizeOf(input)],
    flopsPerElement: 0,
  });
}
