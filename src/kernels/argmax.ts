/**
 * y[i, j] = place k of the greatest x[i, k, j]; x by strides, y [outer, inner] dense. The first of equals wins, and the
 * first NaN wins before all numbers. -1 where the axis is empty.
 */

import { defineKernel, type Kernel } from './kernel.ts';
import { numbers } from './samples.ts';

type Fields = {
  readonly outer: 'int';
  readonly axis: 'int';
  readonly inner: 'int';
  readonly outerStride: 'int';
  readonly axisStride: 'int';
  readonly innerStride: 'int';
  readonly x: 'data';
  readonly y: 'index';
};

/** Outputs in a piece; assembly/map/argmax.ts has the same. */
const OUTPUTS = 64;

function greatest(x: (k: number) => number, n: number): number {
  let place = n === 0 ? -1 : 0;
  for (let k = 1; k < n && !Number.isNaN(x(place)); k++) {
    if (x(k) > x(place) || Number.isNaN(x(k))) place = k;
  }
  return place;
}

export const argmax: Kernel<Fields> = defineKernel({
  name: 'argmax',
  dtypes: ['f32', 'f64'],
  fields: {
    outer: 'int',
    axis: 'int',
    inner: 'int',
    outerStride: 'int',
    axisStride: 'int',
    innerStride: 'int',
    x: 'data',
    y: 'index',
  },
  tasks: (a) => Math.ceil((a.outer * a.inner) / OUTPUTS),
  flops: (a) => a.outer * a.axis * a.inner,
  reference(a) {
    const end = Math.min(a.end * OUTPUTS, a.outer * a.inner);
    for (let i = a.begin * OUTPUTS; i < end; i++) {
      const start = Math.floor(i / a.inner) * a.outerStride + (i % a.inner) * a.innerStride;
      a.y[i] = greatest((k) => a.x[start + k * a.axisStride]!, a.axis);
    }
  },
  /** Outer, axis, inner, gap between elements. */
  cases: [
    [0, 3, 1, 1],
    [2, 0, 3, 1],
    [1, 1, 1, 1],
    [1, 67, 1, 1],
    [5, 10, 1, 1],
    [5, 3, 4, 1],
    [4, 9, 3, 2],
    [130, 10, 1, 1],
    [64, 10, 2, 1],
  ],
  sample([outer, axis, inner, gap], random) {
    // Few different numbers, so that equals occur.
    const x = numbers(outer! * axis! * inner! * gap!, random).map((v) => Math.round(v));
    return {
      outer: outer!,
      axis: axis!,
      inner: inner!,
      outerStride: axis! * inner! * gap!,
      axisStride: inner! * gap!,
      innerStride: gap!,
      x,
      y: new Int32Array(outer! * inner!).fill(-7),
    };
  },
});
