/** Pooling of [batch, channels, height, width] over windows. */

import { realDtype } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import { pool } from '../kernels/pool.ts';
import { poolGrad } from '../kernels/poolGrad.ts';
import { Pool, type WindowSizes } from '../kernels/windows.ts';
import { type Shape, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { add, equal, lessEqual, sub } from './binary.ts';
import { contiguous } from './contiguous.ts';
import { apply, applyAll, fused, type Op } from './op.ts';
import { pad } from './pad.ts';
import { mean } from './reduce.ts';
import { slice } from './slice.ts';
import { where } from './where.ts';

export interface PoolOptions {
  /** Height and width of a window; one number for both, as in all of these. */
  readonly window: number | readonly [height: number, width: number];
  /** Steps from window to window; default the window. */
  readonly stride?: number | readonly [down: number, across: number];
  /** Border on each side that no element is taken from; less than the window. Default 0. */
  readonly padding?: number | readonly [height: number, width: number];
}

/** What a call of the kernels is told, and the shape of x. */
interface Attrs {
  readonly sizes: WindowSizes;
  readonly input: Shape;
}

const pair = (x: number | readonly [number, number]): readonly [number, number] =>
  (Array.isArray(x) ? x : [x, x]) as readonly [number, number];
const natural = (x: number): boolean => Number.isSafeInteger(x) && x >= 1;

function attrsOf(op: string, code: number, input: Shape, options: PoolOptions): Attrs {
  const { window, stride = window, padding = 0 } = options;
  const [[kh, kw], [sh, sw], [ph, pw]] = [pair(window), pair(stride), pair(padding)];
  if (input.length !== 4) {
    throw new ShapeError(op, 'x is [batch, channels, height, width]', showShape(input), 'reshape it');
  }
  const [batch, channels, height, width] = input as [number, number, number, number];
  const fits = [kh, kw, sh, sw, ph + 1, pw + 1].every(natural) && ph < kh && pw < kw;
  if (!fits || kh > height + 2 * ph || kw > width + 2 * pw) {
    const got = `window ${showShape([kh, kw])}, stride ${showShape([sh, sw])}, padding ${showShape([ph, pw])} on ${showShape(input)}`;
    throw new ShapeError(op, 'padding < window <= size + 2 padding, stride >= 1', got, 'correct the options');
  }
  const outHeight = Math.floor((height + 2 * ph - kh) / sh) + 1;
  const outWidth = Math.floor((width + 2 * pw - kw) / sw) + 1;
  const planes = batch * channels;
  return { sizes: { code, planes, height, width, outHeight, outWidth, kh, kw, sh, sw, ph, pw }, input };
}

const outputShape = ({ sizes, input }: Attrs): number[] => [input[0]!, input[1]!, sizes.outHeight, sizes.outWidth];

/** The shape that pooling gives for [batch, channels, height, width]. Throws ShapeError where windows do not fit. */
export function pooledShape(op: string, input: Shape, options: PoolOptions): number[] {
  return outputShape(attrsOf(op, Pool.max, input, options));
}

/** Input x; results y and the place of each winner inside its plane. */
const maxPoolOp: Op<Attrs> = {
  name: 'maxPool2d',
  infer([x], attrs) {
    const shape = outputShape(attrs);
    return [
      { shape, dtype: realDtype('maxPool2d', [x!]) },
      { shape, dtype: 'i32' },
    ];
  },
  forward([y, index], [x], { sizes }, on) {
    on.run(pool, x!.dtype, { ...sizes, x: x!.operand(), y: y!.operand(), index: index!.operand() });
  },
  vjp: ([g], { outs, attrs }) => [g ? apply(maxPoolGradOp, [contiguous(g), outs[1]!], attrs) : null],
  define([x], { sizes }) {
    const { kh, kw, ph, pw } = sizes;
    const { NEGATIVE_INFINITY } = Number;
    const padded = pad(
      x!,
      [
        [0, 0],
        [0, 0],
        [ph, ph],
        [pw, pw],
      ],
      NEGATIVE_INFINITY,
    );
    let best = corner(padded, sizes, 0, 0);
    for (let k = 1; k < kh * kw; k++) {
      const next = corner(padded, sizes, Math.floor(k / kw), k % kw);
      // The first of equals and the first NaN stay.
      const stay = add(lessEqual(next, best), sub(1, equal(best, best)));
      best = where(stay, best, next);
    }
    return [best];
  },
};

/** The element (i, j) of every window. */
function corner(padded: Tensor, { outHeight, outWidth, sh, sw }: WindowSizes, i: number, j: number): Tensor {
  return slice(padded, [null, null, [i, i + (outHeight - 1) * sh + 1, sh], [j, j + (outWidth - 1) * sw + 1, sw]]);
}

/** Inputs g and the winners; result dx. */
const maxPoolGradOp: Op<Attrs> = fused({
  name: 'maxPool2dGrad',
  infer: ([g], { input }) => ({ shape: input, dtype: g!.dtype }),
  forward([dx], [g, index], { sizes }, on) {
    on.run(poolGrad, g!.dtype, { ...sizes, g: g!.operand(), index: index!.operand(), dx: dx!.operand() });
  },
});

const avgPoolOp: Op<Attrs> = {
  name: 'avgPool2d',
  infer: ([x], attrs) => ({ shape: outputShape(attrs), dtype: realDtype('avgPool2d', [x!]) }),
  forward([y], [x], { sizes }, on) {
    on.run(pool, x!.dtype, { ...sizes, x: x!.operand(), y: y!.operand(), index: null });
  },
  vjp: ([g], { attrs }) => [apply(avgPoolGradOp, [contiguous(g!)], attrs)],
};

/** The transpose of avgPool2d. */
const avgPoolGradOp: Op<Attrs> = {
  name: 'avgPool2dGrad',
  infer: ([g], { input }) => ({ shape: input, dtype: g!.dtype }),
  forward([dx], [g], { sizes }, on) {
    on.run(poolGrad, g!.dtype, { ...sizes, g: g!.operand(), index: null, dx: dx!.operand() });
  },
  vjp: ([g], { attrs }) => [apply(avgPoolOp, [contiguous(g!)], attrs)],
};

/**
 * The greatest element of each window of x [batch, channels, height, width]; the first of equals has the gradient.
 * Throws ShapeError for other orders and windows that do not fit.
 */
export function maxPool2d(x: Tensor, options: PoolOptions): Tensor {
  return applyAll(maxPoolOp, [contiguous(x)], attrsOf('maxPool2d', Pool.max, x.shape, options))[0]!;
}

/** The mean of the elements of x in each window, not counting the border. Throws as maxPool2d(). */
export function avgPool2d(x: Tensor, options: PoolOptions): Tensor {
  return apply(avgPoolOp, [contiguous(x)], attrsOf('avgPool2d', Pool.average, x.shape, options));
}

/** The mean of each channel: [batch, channels, ...] to [batch, channels]. Throws ShapeError for orders below 3. */
export function globalAvgPool(x: Tensor): Tensor {
  if (x.order < 3)
    throw new ShapeError('globalAvgPool', 'x is [batch, channels, ...]', showShape(x.shape), 'reshape it');
  return mean(
    x,
    x.shape.flatMap((_, k) => (k < 2 ? [] : [k])),
  );
}
