/**
 * The three contractions of a convolution, on strided views: all windows of an image are a view of it, with the kernel's
 * elements and the places of the output as modes of their own.
 */

import type { Backend } from '../backend/backend.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Geometry } from './convGeometry.ts';
import { bordered, type Border, clear } from './convBorder.ts';
import { borderOf, type Phase, phasePlan } from './convPhases.ts';
import { pairing, pairInto } from './einsum/pair.ts';

// Modes: b batch, g group, c input channel, o output channel; i j kernel; y x places.
const weightLabels = ['g', 'o', 'c', 'i', 'j'];
const windowLabels = ['b', 'g', 'c', 'i', 'j', 'y', 'x'];
const planeLabels = ['b', 'g', 'o', 'y', 'x'];

/** y = conv(x, w). */
export function runConv(y: Tensor, x: Tensor, w: Tensor, geometry: Geometry, on: Backend): void {
  const [image, free] = bordered('conv', x, bordersOf(geometry), on);
  const labels = pairing(weightLabels, windowLabels, planeLabels);
  pairInto(planes(y, geometry, geometry.outputs), weights(w, geometry), windows(image, geometry), labels, on);
  free();
}

/** The gradient at the weight: w = sum over images and places of g times the windows of x. */
export function runConvWeight(w: Tensor, x: Tensor, g: Tensor, geometry: Geometry, on: Backend): void {
  const [image, free] = bordered('convWeight', x, bordersOf(geometry), on);
  const labels = pairing(planeLabels, windowLabels, weightLabels);
  pairInto(weights(w, geometry), planes(g, geometry, geometry.outputs), windows(image, geometry), labels, on);
  free();
}

function bordersOf({ y, x }: Geometry): readonly [Border, Border] {
  return [
    [y.low, y.high],
    [x.low, x.high],
  ];
}

/** The same elements under other modes, each given by its size and stride. */
function view(x: Tensor, offset: number, modes: readonly (readonly [size: number, stride: number])[]): Tensor {
  const shape: Shape = modes.map(([size]) => size);
  return new Tensor(
    x.storage,
    shape,
    modes.map(([, stride]) => stride),
    x.offset + offset,
  );
}

/** [co, c, kh, kw] as [g, o, c, i, j]. */
function weights(w: Tensor, { groups, outputs, inputs, y, x }: Geometry): Tensor {
  const [o, c, i, j] = w.strides;
  return view(w, 0, [
    [groups, outputs * o],
    [outputs, o],
    [inputs, c],
    [y.kernel, i],
    [x.kernel, j],
  ]);
}

/** [b, channels, h, w] as [b, g, o, y, x]. */
function planes(t: Tensor, { batch, groups }: Geometry, channels: number): Tensor {
  const [b, c, y, x] = t.strides;
  return view(t, 0, [
    [batch, b],
    [groups, channels * c],
    [channels, c],
    [t.shape[2], y],
    [t.shape[3], x],
  ]);
}

/** The windows of a padded image: [b, g, c, i, j, y, x]. */
function windows(image: Tensor, { batch, groups, inputs, y, x }: Geometry): Tensor {
  const [b, c, row, column] = image.strides;
  return view(image, 0, [
    [batch, b],
    [groups, inputs * c],
    [inputs, c],
    [y.kernel, y.dilation * row],
    [x.kernel, x.dilation * column],
    [y.output, y.stride * row],
    [x.output, x.stride * column],
  ]);
}

/**
 * The gradient at the input. Places of the padded input that leave the same remainder modulo the stride meet the same
 * elements of the kernel: each such phase is a convolution of the cotangent, by stride 1, with those elements reversed.
 */
export function runConvInput(x: Tensor, g: Tensor, w: Tensor, geometry: Geometry, on: Backend): void {
  const { ys, xs, pieces } = phasePlan(geometry);
  // A phase that meets no element of the kernel stays zero; pieces are added up.
  if (pieces || [...ys, ...xs].some(({ taps }) => taps === 0)) clear(x, on);
  const borders = [borderOf(ys, geometry.y), borderOf(xs, geometry.x)] as const;
  const [image, free] = bordered('convInput', g, borders, on);
  const labels = pairing(weightLabels, ['b', 'g', 'o', 'i', 'j', 'y', 'x'], ['b', 'g', 'c', 'y', 'x']);
  for (const py of ys) {
    for (const px of xs) {
      if (py.taps === 0 || px.taps === 0) continue;
      const from = [py.first + borders[0][0], px.first + borders[1][0]] as const;
      const [to, elements] = [phaseOf(x, geometry, py, px), elementsOf(w, geometry, py, px)];
      pairInto(to, elements, reversed(image, geometry, from, py, px), labels, on, pieces);
    }
  }
  free();
}

/** The places of a phase of the input: [b, g, c, y, x]. */
function phaseOf(input: Tensor, { batch, groups, inputs, y, x }: Geometry, py: Phase, px: Phase): Tensor {
  const [b, c, row, column] = input.strides;
  return view(input, py.start * row + px.start * column, [
    [batch, b],
    [groups, inputs * c],
    [inputs, c],
    [py.count, y.stride * row],
    [px.count, x.stride * column],
  ]);
}

/** The kernel's elements of a phase: [g, o, c, i, j]. */
function elementsOf(w: Tensor, { groups, outputs, inputs }: Geometry, py: Phase, px: Phase): Tensor {
  const [o, c, i, j] = w.strides;
  return view(w, py.tap * i + px.tap * j, [
    [groups, outputs * o],
    [outputs, o],
    [inputs, c],
    [py.taps, py.tapStep * i],
    [px.taps, px.tapStep * j],
  ]);
}

/** Windows of the padded cotangent, read backwards: [b, g, o, i, j, y, x]. */
function reversed(
  image: Tensor,
  { batch, groups, outputs }: Geometry,
  [y, x]: readonly [number, number],
  py: Phase,
  px: Phase,
): Tensor {
  const [b, o, row, column] = image.strides;
  return view(image, y * row + x * column, [
    [batch, b],
    [groups, outputs * o],
    [outputs, o],
    [py.taps, -py.back * row],
    [px.taps, -px.back * column],
    [py.count, row],
    [px.count, column],
  ]);
}
