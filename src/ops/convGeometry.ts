/** Shapes of a convolution: what its options mean for given sizes. */

import { ShapeError } from '../errors.ts';
import { type Shape, showShape } from '../shape.ts';

export interface ConvOptions {
  /** Steps of the kernel over the input; one number or one per spatial mode. Default 1. */
  readonly stride?: number | readonly number[];
  /** Zeros around the input, 'valid' for none, 'same' for an output of size ceil(input / stride). Default 0. */
  readonly padding?: number | readonly number[] | 'same' | 'valid';
  /** Distance of neighbouring kernel elements. Default 1. */
  readonly dilation?: number | readonly number[];
  /** Groups of channels that do not mix; input and output channels are multiples of it. Default 1. */
  readonly groups?: number;
}

/** One spatial mode. */
export interface Span {
  readonly input: number;
  readonly kernel: number;
  readonly output: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros in front of and behind the input. */
  readonly low: number;
  readonly high: number;
}

export interface Geometry {
  readonly batch: number;
  readonly groups: number;
  /** Channels of one group. */
  readonly inputs: number;
  readonly outputs: number;
  readonly y: Span;
  readonly x: Span;
}

/** Shapes of the three tensors of a convolution. */
export const inputShape = ({ batch, groups, inputs, y, x }: Geometry): Shape => [
  batch,
  groups * inputs,
  y.input,
  x.input,
];
export const weightShape = ({ groups, inputs, outputs, y, x }: Geometry): Shape => [
  groups * outputs,
  inputs,
  y.kernel,
  x.kernel,
];
export const outputShape = ({ batch, groups, outputs, y, x }: Geometry): Shape => [
  batch,
  groups * outputs,
  y.output,
  x.output,
];

/** The geometry of an input [b, c, h, w] and a weight [co, c / groups, kh, kw]. */
export function geometryOf(op: string, input: Shape, weight: Shape, options: ConvOptions): Geometry {
  const got = `input ${showShape(input)} and weight ${showShape(weight)}`;
  if (input.length !== 4 || weight.length !== 4) {
    throw new ShapeError(op, 'the input is [b, c, h, w] and the weight [co, c / groups, kh, kw]', got, 'reshape them');
  }
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1 || input[1] % groups !== 0 || weight[0] % groups !== 0) {
    const rule = 'groups is a whole number >= 1 that divides the channels of input and output';
    throw new ShapeError(op, rule, `${groups} for ${got}`, 'choose a common divisor');
  }
  if (weight[1] * groups !== input[1]) {
    const rule = `the weight has ${input[1] / groups} input channels, those of the input / groups`;
    throw new ShapeError(op, rule, got, 'check the channels');
  }
  const span = (k: 0 | 1): Span =>
    spanOf(op, got, {
      input: input[2 + k],
      kernel: weight[2 + k],
      stride: whole(op, 'stride', options.stride ?? 1, k, 1),
      dilation: whole(op, 'dilation', options.dilation ?? 1, k, 1),
      padding: paddingOf(op, options.padding ?? 0, k),
    });
  return {
    batch: input[0],
    groups,
    inputs: input[1] / groups,
    outputs: weight[0] / groups,
    y: span(0),
    x: span(1),
  };
}

function paddingOf(op: string, padding: NonNullable<ConvOptions['padding']>, k: 0 | 1): number | 'same' {
  if (padding === 'same') return 'same';
  return padding === 'valid' ? 0 : whole(op, 'padding', padding, k, 0);
}

function whole(op: string, name: string, value: number | readonly number[], k: 0 | 1, least: number): number {
  const list = typeof value === 'number' ? [value, value] : value;
  if (!Array.isArray(list) || list.length !== 2 || list.some((n) => !Number.isInteger(n) || n < least)) {
    const rule = `${name} is a whole number >= ${least}, or one per spatial mode`;
    throw new ShapeError(op, rule, JSON.stringify(value) ?? String(value), `correct the ${name}`);
  }
  return list[k];
}

function spanOf(
  op: string,
  got: string,
  sizes: Pick<Span, 'input' | 'kernel' | 'stride' | 'dilation'> & { readonly padding: number | 'same' },
): Span {
  const { input, kernel, stride, dilation, padding } = sizes;
  const reach = (kernel - 1) * dilation + 1;
  const total =
    padding === 'same' ? Math.max(0, (Math.ceil(input / stride) - 1) * stride + reach - input) : 2 * padding;
  if (kernel < 1 || reach > input + total) {
    const rule = 'the kernel has elements and fits into the padded input';
    throw new ShapeError(
      op,
      rule,
      `${got}, dilation ${dilation}, padding ${total} in all`,
      'pad more or use a smaller kernel',
    );
  }
  const low = padding === 'same' ? Math.floor(total / 2) : padding;
  const output = Math.floor((input + total - reach) / stride) + 1;
  return { input, kernel, output, stride, dilation, low, high: total - low };
}
