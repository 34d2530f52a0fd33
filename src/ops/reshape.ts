/** The same elements under other sizes: a view wherever the strides allow it, else a dense copy. */

import { ShapeError } from '../errors.ts';
import { axisOf, checkShape, type Shape, sameShape, showShape, sizeOf } from '../shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { contiguous } from './contiguous.ts';
import { apply, type Op } from './op.ts';

interface Layout {
  readonly shape: Shape;
  readonly strides: Shape;
}

const reshapeOp: Op<Layout> = {
  name: 'reshape',
  infer: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  view: (x, { shape, strides }) => new Tensor(x.storage, shape, strides, x.offset),
  vjp: ([g], { inputs }) => [reshape(g!, inputs[0]!.shape)],
};

/**
 * The elements of x in row-major order under another shape; one size may be -1 and is then found from the others.
 * Throws ShapeError where the numbers of elements differ.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const to = solve(x, shape);
  if (sameShape(x.shape, to)) return x;
  const strides = strideView(x, to);
  if (strides !== null) return apply(reshapeOp, [x], { shape: to, strides });
  const dense = contiguous(x);
  return apply(reshapeOp, [dense], { shape: to, strides: strideView(dense, to)! });
}

function solve(x: Tensor, shape: Shape): number[] {
  if (!Array.isArray(shape)) checkShape('reshape', shape);
  const to = [...shape];
  const free = to.indexOf(-1);
  const got = `${showShape(x.shape)} to ${showShape(shape)}`;
  if (free >= 0) {
    const rest = sizeOf(to.filter((_, k) => k !== free));
    to[free] = rest === 0 ? -1 : x.size / rest;
    if (rest === 0 || !Number.isInteger(to[free]) || rest < 0) {
      throw new ShapeError('reshape', 'the other sizes leave one whole number for -1', got, 'give all sizes');
    }
  }
  checkShape('reshape', to);
  if (sizeOf(to) !== x.size) {
    throw new ShapeError('reshape', 'the number of elements stays', got, 'correct the sizes');
  }
  return to;
}

/**
 * Strides of x under another shape, or null where it takes a copy. Runs of modes of equal size on both sides are matched;
 * within a run the modes of x must lie one inside the other without gaps.
 */
function strideView({ shape, strides, size }: Tensor, to: Shape): number[] | null {
  const out = new Array<number>(to.length).fill(1);
  if (size === 0) return out;
  let from = 0;
  for (let k = 0; k < to.length; ) {
    const begin = k;
    let wanted = to[k++]!;
    let found = 1;
    // Leading ones of x join the run before, so that the run's last mode has a meaningful stride.
    let inner = 0;
    let gapless = true;
    do {
      while (found < wanted && from < shape.length) {
        const n = shape[from]!;
        if (n !== 1) {
          if (found > 1 && inner !== strides[from]! * n) gapless = false;
          inner = strides[from]!;
          found *= n;
        }
        from++;
      }
      if (wanted < found) wanted *= to[k++]!;
    } while (wanted !== found);
    if (!gapless) return null;
    for (let j = k - 1, step = inner; j >= begin; j--) {
      out[j] = step;
      step *= to[j]!;
    }
  }
  return out;
}

/** A view with a mode of size 1 inserted before mode `axis`; -1 is behind the last. */
export function expandDims(x: Tensor, axis: number): Tensor {
  const at = axisOf('expandDims', axis, x.order + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** A view without modes of size 1: those named, or all. Throws ShapeError where a named mode is larger. */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const named = axes === undefined ? x.shape.flatMap((n, k) => (n === 1 ? [k] : [])) : [axes].flat();
  const gone = new Set(named.map((axis) => axisOf('squeeze', axis, x.order)));
  for (const k of gone) {
    if (x.shape[k] !== 1) {
      throw new ShapeError('squeeze', `mode ${k} has size 1`, showShape(x.shape), 'choose another axis');
    }
  }
  return reshape(
    x,
    x.shape.filter((_, k) => !gone.has(k)),
  );
}
