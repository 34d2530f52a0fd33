/**
 * Convolution, NCHW: y[b, o, i, j] = sum over c, p, q of w[o, c, p, q] x[b, c, i s + p d, j s + q d], with zeros outside
 * the input. It is the contraction of the weight with a view of the padded input that shows all windows at once; there
 * is no buffer of patches. The gradients of the three operations here are one another.
 */

import { realDtype } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import { showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type ConvOptions, type Geometry, geometryOf, inputShape, outputShape, weightShape } from './convGeometry.ts';
import { runConv, runConvInput, runConvWeight } from './convRun.ts';
import { apply, type Op } from './op.ts';
import { reshape } from './reshape.ts';

/**
 * Convolution of x [b, c, h, w] with a weight [co, c / groups, kh, kw]: [b, co, oh, ow] (a correlation, as in all
 * network libraries). Throws ShapeError where channels, groups or options do not fit or no window does.
 */
export function conv2d(x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
  checkOrders('conv2d', x, weight, 4, 'the input is [b, c, h, w] and the weight [co, c / groups, kh, kw]');
  return conv(x, weight, geometryOf('conv2d', x.shape, weight.shape, options));
}

/** Convolution of x [b, c, l] with a weight [co, c / groups, k]: [b, co, ol]. Throws as conv2d(). */
export function conv1d(x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
  checkOrders('conv1d', x, weight, 3, 'the input is [b, c, l] and the weight [co, c / groups, k]');
  const geometry = geometryOf('conv1d', x.shape, weight.shape, options);
  const flat = (t: Tensor): Tensor => reshape(t, [t.shape[0], t.shape[1], 1, t.shape[2]]);
  const y = conv(flat(x), flat(weight), geometry);
  return reshape(y, [y.shape[0], y.shape[1], y.shape[3]]);
}

function checkOrders(op: string, x: Tensor, weight: Tensor, order: number, rule: string): void {
  if (x.order === order && weight.order === order) return;
  throw new ShapeError(op, rule, `input ${showShape(x.shape)} and weight ${showShape(weight.shape)}`, 'reshape them');
}

function conv(x: Tensor, w: Tensor, geometry: Geometry): Tensor {
  return apply(convOp, [x, w], geometry);
}

/** The gradient at the input of a cotangent g shaped like the output. */
function convInput(g: Tensor, w: Tensor, geometry: Geometry): Tensor {
  return apply(convInputOp, [g, w], geometry);
}

/** The gradient at the weight. */
function convWeight(x: Tensor, g: Tensor, geometry: Geometry): Tensor {
  return apply(convWeightOp, [x, g], geometry);
}

const convOp: Op<Geometry> = {
  name: 'conv',
  infer: (inputs, geometry) => ({ shape: outputShape(geometry), dtype: realDtype('conv', inputs) }),
  forward: ([y], [x, w], geometry, on) => runConv(y, x, w, geometry, on),
  vjp: ([g], { inputs: [x, w], attrs, needs }) => [
    needs[0] ? convInput(g!, w, attrs) : null,
    needs[1] ? convWeight(x, g!, attrs) : null,
  ],
};

const convInputOp: Op<Geometry> = {
  name: 'convInput',
  infer: (inputs, geometry) => ({ shape: inputShape(geometry), dtype: realDtype('convInput', inputs) }),
  forward: ([x], [g, w], geometry, on) => runConvInput(x, g, w, geometry, on),
  vjp: ([h], { inputs: [g, w], attrs, needs }) => [
    needs[0] ? conv(h!, w, attrs) : null,
    needs[1] ? convWeight(h!, g, attrs) : null,
  ],
};

const convWeightOp: Op<Geometry> = {
  name: 'convWeight',
  infer: (inputs, geometry) => ({ shape: weightShape(geometry), dtype: realDtype('convWeight', inputs) }),
  forward: ([w], [x, g], geometry, on) => runConvWeight(w, x, g, geometry, on),
  vjp: ([v], { inputs: [x, g], attrs, needs }) => [
    needs[0] ? convInput(g, v!, attrs) : null,
    needs[1] ? conv(x, v!, attrs) : null,
  ],
};
