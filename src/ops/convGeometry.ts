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

/** A spatial mode that is not there. */
const NONE: Span = { input: 1, kernel: 1, output: 1, stride: 1, dilation: 1, low: 0, high: 0 };

/** The geometry of an input [b, c, h, w] and a weight [co, c / groups, kh, kw], or without h and kh. */
export function geometryOf(op: string, input: Shape, weight: Shape, options: ConvOptions): Geometry {
  const got = `input ${showShape(input)} and weight ${showShape(weight)}`;
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1 || input[1] % groups !== 0 || weight[0] % groups !== 0) {
    const rule = 'groups is a whole number >= 1 that divides the channels of input and output';
    throw new ShapeError(op, rule, `${groups} for ${got}`, 'choose a common divisor');
  }
  if (weight[1] * groups !== input[1]) {
    const rule = `the weight has ${input[1] / groups} input channels, those of the input / groups`;
    throw new ShapeError(op, rule, got, 'check the channels');
  }
  const spans = spansOf(op, input.slice(2), weight.slice(2), options);
  return {
    batch: input[0],
    groups,
    inputs: input[1] / groups,
    outputs: weight[0] / groups,
    y: spans.length === 2 ? spans[0] : NONE,
    x: spans[spans.length - 1],
  };
}

/** What the options mean for each spatial mode. Throws ShapeError where no window fits. */
export function spansOf(op: string, input: Shape, window: Shape, options: ConvOptions): Span[] {
  const each = modeOptions(op, input.length, options);
  return input.map((n, k) => spanOf(op, { input: n, kernel: window[k], ...each[k] }));
}

interface ModeOptions extends Pick<Span, 'stride' | 'dilation'> {
  readonly padding: number | 'same';
}

/** The options of each of `count` spatial modes. Throws ShapeError where they make no sense. */
export function modeOptions(op: string, count: number, options: ConvOptions): ModeOptions[] {
  const { padding = 0 } = options;
  const strides = list(op, 'stride', options.stride ?? 1, count, 1);
  const dilations = list(op, 'dilation', options.dilation ?? 1, count, 1);
  const borders = padding === 'same' ? null : list(op, 'padding', padding === 'valid' ? 0 : padding, count, 0);
  return strides.map((stride, k) => ({
    stride,
    dilation: dilations[k],
    padding: borders === null ? 'same' : borders[k],
  }));
}

function list(op: string, name: string, value: number | readonly number[], count: number, least: number): Shape {
  const all = typeof value === 'number' ? new Array<number>(count).fill(value) : value;
  if (!Array.isArray(all) || all.length !== count || all.some((n) => !Number.isInteger(n) || n < least)) {
    const rule = `${name} is a whole number >= ${least}${count > 1 ? ', or one per spatial mode' : ''}`;
    const got = typeof value === 'number' ? String(value) : JSON.stringify(value);
    throw new ShapeError(op, rule, got ?? String(value), `correct the ${name}`);
  }
  return all;
}

function spanOf(op: string, sizes: Pick<Span, 'input' | 'kernel'> & ModeOptions): Span {
  const { input, kernel, stride, dilation, padding } = sizes;
  const reach = (kernel - 1) * dilation + 1;
  const total =
    padding === 'same' ? Math.max(0, (Math.ceil(input / stride) - 1) * stride + reach - input) : 2 * padding;
  if (kernel < 1 || reach > input + total) {
    const got = `a window of ${kernel}, dilation ${dilation}, on ${input} with ${total} of padding in all`;
    throw new ShapeError(op, 'the window has elements and fits', got, 'pad more or use a smaller window');
  }
  const low = padding === 'same' ? Math.floor(total / 2) : padding;
  const output = Math.floor((input + total - reach) / stride) + 1;
  return { input, kernel, output, stride, dilation, low, high: total - low };
}
