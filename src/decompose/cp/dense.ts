/** Alternating least squares on a tensor all of whose entries are known. */

import type { Real } from '../../dtype.ts';
import { mul, sub } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { sumSquares } from '../../ops/reduce.ts';
import { reshape } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { sizeOf } from '../../shape.ts';
import { item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Components, gramWithout } from './components.ts';
import { khatriRao } from './khatriRao.ts';
import { type Problem, type Swept, stepped } from './problem.ts';
import { balanced, eachLeaf } from './tree.ts';

/** The problem of a tensor x, contiguous and scaled so that squares neither overflow nor vanish. */
export function denseProblem(x: Tensor): Problem {
  const { shape } = x;
  const norm = residualOf(x, null, null);
  return {
    shape,
    dtype: x.dtype as Real,
    norm,
    known: 1,
    sweep(start, step) {
      let now: Swept = { components: start, squared: null };
      const branch = { root: x, factor: (mode: number) => now.components.factors[mode]! };
      eachLeaf(shape, [branch], (mode, [leaf]) => {
        const { components } = now;
        const system = { right: cast(leaf!, 'f64'), gram: gramWithout(components, mode) };
        now = stepped(components, mode, system, step, mode === shape.length - 1 ? norm * norm : undefined);
      });
      return now;
    },
    residual: (components) => residualOf(x, components, null),
  };
}

/** Elements that a residual holds at a time. */
const SLAB = 1 << 18;

/**
 * |W * (X - Y)| in f64, slab by slab of a balanced unfolding, so that Y is never whole; |W * X| for no components, and
 * W = 1 for no mask. 2 r size(X) operations.
 */
export function residualOf(x: Tensor, components: Components | null, mask: Tensor | null): number {
  const { shape } = x;
  const cut = shape.length === 1 ? 1 : balanced(shape, 0, shape.length);
  const [rows, columns] = [sizeOf(shape.slice(0, cut)), sizeOf(shape.slice(cut))];
  return scope(() => {
    const sides = components === null ? null : sidesOf(components, cut);
    const step = Math.max(1, Math.floor(SLAB / columns));
    let squared = 0;
    for (let from = 0; from < rows; from += step) {
      squared += scope(() => {
        const part = (whole: Tensor): Tensor =>
          cast(slice(reshape(whole, [rows, columns]), [[from, from + step]]), 'f64');
        const y = sides === null ? null : einsum('ir,jr->ij', slice(sides.left, [[from, from + step]]), sides.right);
        const difference = y === null ? part(x) : sub(part(x), y);
        return item(sumSquares(mask === null ? difference : mul(difference, part(mask))));
      });
    }
    return Math.sqrt(squared);
  });
}

/** Y as left [rows, r] times right^T, of f64, weights on the left. */
function sidesOf({ factors, weights }: Components, cut: number): { left: Tensor; right: Tensor } {
  const wide = factors.map((a) => cast(a, 'f64'));
  const left = mul(khatriRao(...wide.slice(0, cut)), weights);
  if (cut === factors.length) return { left, right: khatriRao(...wide) };
  return { left, right: khatriRao(...wide.slice(cut)) };
}
