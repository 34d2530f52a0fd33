/** Convolution layers over NCHW images and NCL signals; the kernel may be dense, low-rank or a sum. */

import { ShapeError } from '../errors.ts';
import { convFlops, convOutput, convWeighted } from '../formats/conv.ts';
import type { Axis } from '../formats/format.ts';
import { denseWeight, type MakeWeight } from '../formats/make.ts';
import type { Weight } from '../formats/weight.ts';
import { add } from '../ops/binary.ts';
import { type ConvOptions, modeOptions } from '../ops/convGeometry.ts';
import { reshape } from '../ops/reshape.ts';
import { fold } from '../random.ts';
import { type Shape, showShape } from '../shape.ts';
import { zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { profileRow } from './leaf.ts';
import { checkSizes, childPath, type Module, own } from './module.ts';

export interface ConvLayerOptions extends ConvOptions {
  readonly in: number;
  readonly out: number;
  /** Window size: one number for all axes, or one an axis. */
  readonly window: number | readonly number[];
  /** Default true. */
  readonly bias?: boolean;
  readonly weight?: MakeWeight;
  /** Standard deviation of the kernel times the root of its fan-in; default the root of 2 (He et al. 2015). */
  readonly gain?: number;
}

/** Two-dimensional convolution of [batch, in, height, width]. */
export function conv2d(options: ConvLayerOptions): Module {
  return convolution('conv2d', 2, options);
}

/** One-dimensional convolution of [batch, in, length]. */
export function conv1d(options: ConvLayerOptions): Module {
  return convolution('conv1d', 1, options);
}

/** The sizes of the window, one an axis. Throws ShapeError for options that make no layer. */
function windowOf(kind: string, spatial: 1 | 2, options: ConvLayerOptions): readonly number[] {
  const { in: inputs, out: outputs, window, groups = 1 } = options;
  const sizes: readonly number[] = Array.isArray(window) ? window : new Array(spatial).fill(window);
  checkSizes(kind, { in: inputs, out: outputs, groups });
  modeOptions(kind, spatial, options);
  for (const size of sizes) checkSizes(kind, { window: size });
  if (sizes.length !== spatial) {
    throw new ShapeError(kind, `a window has ${spatial} sizes`, showShape(sizes), 'give one number, or one an axis');
  }
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new ShapeError(
      kind,
      `channels divide into ${groups} groups`,
      `${inputs} and ${outputs}`,
      'change the groups',
    );
  }
  return sizes;
}

function convolution(kind: string, spatial: 1 | 2, options: ConvLayerOptions): Module {
  const { in: inputs, out: outputs, bias = true, weight = denseWeight(), gain = Math.sqrt(2), groups = 1 } = options;
  const sizes = windowOf(kind, spatial, options);
  const fanIn = sizes.reduce((n, m) => n * m, inputs / groups);
  const outputShape = (input: Shape): Shape => {
    if (input.length !== spatial + 1 || input[0] !== inputs) {
      const rule = `the input is [batch, ${inputs}, ${spatial === 2 ? 'height, width' : 'length'}]`;
      throw new ShapeError(kind, rule, showShape(input), 'check the layer before');
    }
    return [outputs, ...convOutput(kind, input.slice(1), sizes, options)];
  };
  const axes: readonly Axis[] = [
    { size: outputs, role: 'out' },
    { size: inputs / groups, role: 'in' },
    ...sizes.map((size) => ({ size, role: 'window' as const })),
  ];
  return {
    kind,
    undecayed: ['bias'],
    weights: { weight: axes },
    init: (key, path) => ({
      weight: weight({
        axes,
        std: gain / Math.sqrt(fanIn),
        key: fold(key, 'weight'),
        path: childPath(path, 'weight'),
      }) as Tensor,
      ...(bias ? { bias: zeros([outputs]) } : {}),
    }),
    apply: (params, x, { path }) => {
      if (x.order !== spatial + 2 || x.shape[1] !== inputs) {
        const rule = `the input is [batch, ${inputs}, ${spatial === 2 ? 'height, width' : 'length'}]`;
        throw new ShapeError(path || kind, rule, showShape(x.shape), 'check the layer before');
      }
      const y = convWeighted(own<Weight>(params, 'weight'), x, options);
      return bias ? add(y, reshape(own(params, 'bias'), [outputs, ...sizes.map(() => 1)])) : y;
    },
    outputShape,
    profile: (params, input, path) => {
      const output = outputShape(input);
      const flops = convFlops(own<Weight>(params, 'weight'), [1, ...input], options);
      return [profileRow(kind, params, path, output, flops)];
    },
  };
}
