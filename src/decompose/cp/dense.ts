/** Alternating least squares on a tensor all of whose entries are known. */

import type { Real } from '../../dtype.ts';
import { mul, sub } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { sum, sumSquares } from '../../ops/reduce.ts';
import { reshape } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { sizeOf } from '../../shape.ts';
import { item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { rowsOf } from '../blocks.ts';
import { type Components, gramWithout } from './components.ts';
import { khatriRao } from './khatriRao.ts';
import { type Problem, type Swept, type SystemOf, stepped } from './problem.ts';
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
        const gram = gramWithout(components, mode);
        const systemOf: SystemOf = (from, to) => ({ right: cast(rowsOf(leaf!, from, to), 'f64'), gram });
        now = stepped(components, mode, systemOf, step, mode === shape.length - 1 ? norm * norm : null);
      });
      return now;
    },
    residual: (components) => residualOf(x, components, null),
  };
}

/** Elements of a block of a residual, and the longest row of one. */
const BLOCK = 1 << 17;
const ROW = 1 << 12;

/**
 * |W * (X - Y)| in f64, block by block of a balanced unfolding, so that Y is never whole; |W * X| for no components,
 * and W = 1 for no mask. 2 r size(X) operations.
 */
export function residualOf(x: Tensor, components: Components | null, mask: Tensor | null): number {
  const { shape } = x;
  const cut = shape.length === 1 ? 1 : balanced(shape, 0, shape.length);
  const [rows, columns] = [sizeOf(shape.slice(0, cut)), sizeOf(shape.slice(cut))];
  const width = Math.min(columns, ROW);
  const height = Math.max(1, Math.floor(BLOCK / width));
  return scope(() => {
    const sides = components === null ? null : sidesOf(components, cut);
    let squared = 0;
    for (let i = 0; i < rows; i += height) {
      for (let j = 0; j < columns; j += width) {
        const block = (whole: Tensor): Tensor =>
          cast(
            slice(reshape(whole, [rows, columns]), [
              [i, i + height],
              [j, j + width],
            ]),
            'f64',
          );
        squared += scope(() => {
          const found = sides === null ? block(x) : sub(block(x), sides(i, i + height, j, j + width));
          return item(sumSquares(mask === null ? found : mul(found, block(mask))));
        });
      }
    }
    return Math.sqrt(squared);
  });
}

/** Blocks of Y, of f64. */
function sidesOf(
  { factors, weights }: Components,
  cut: number,
): (top: number, bottom: number, from: number, to: number) => Tensor {
  const [left, right] = [productOf(factors.slice(0, cut)), productOf(factors.slice(cut))];
  return (top, bottom, from, to) => {
    const rows = mul(cast(slice(left!, [[top, bottom]]), 'f64'), weights);
    if (right === null) return sum(rows, 1, true);
    return einsum('ir,jr->ij', rows, cast(slice(right, [[from, to]]), 'f64'));
  };
}

/** A Khatri-Rao product of f64; a factor alone stays as it is. */
function productOf(factors: readonly Tensor[]): Tensor | null {
  if (factors.length < 2) return factors[0] ?? null;
  return khatriRao(...factors.map((a) => cast(a, 'f64')));
}
