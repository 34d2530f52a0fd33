/** Pooling and flattening as layers. */

import { ShapeError } from '../errors.ts';
import { avgPool2d as avgPoolOp, globalAvgPool as globalOp, maxPool2d as maxPoolOp } from '../ops/pool.ts';
import { reshape } from '../ops/reshape.ts';
import { type Shape, showShape, sizeOf } from '../shape.ts';
import { plain } from './leaf.ts';
import { checkSizes, type Module } from './module.ts';

export interface PoolOptions {
  readonly window: number;
  /** Default: the window. */
  readonly stride?: number;
  readonly padding?: number;
}

function pooledShape(kind: string, { window, stride = window, padding = 0 }: PoolOptions): (input: Shape) => Shape {
  checkSizes(kind, { window, stride });
  return (input) => {
    const output = input.slice(1).map((n) => Math.floor((n + 2 * padding - window) / stride) + 1);
    if (input.length !== 3 || output.some((n) => n < 1)) {
      const rule = `the input is [channels, height, width], at least ${window} long`;
      throw new ShapeError(kind, rule, showShape(input), 'pool less often');
    }
    return [input[0]!, ...output];
  };
}

export function maxPool2d(options: PoolOptions): Module {
  const flopsPerElement = options.window * options.window;
  const outputShape = pooledShape('maxPool2d', options);
  return plain({ kind: 'maxPool2d', apply: (x) => maxPoolOp(x, options), outputShape, flopsPerElement });
}

export function avgPool2d(options: PoolOptions): Module {
  const flopsPerElement = options.window * options.window;
  const outputShape = pooledShape('avgPool2d', options);
  return plain({ kind: 'avgPool2d', apply: (x) => avgPoolOp(x, options), outputShape, flopsPerElement });
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
