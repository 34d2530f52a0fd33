/** Where a CP fit starts: leading singular vectors of the unfoldings, random columns, or given factors. */

import type { Real } from '../../dtype.ts';
import { ShapeError } from '../../errors.ts';
import { Factored, modesOf } from '../../formats/network.ts';
import { abs } from '../../ops/unary.ts';
import { maximum } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { concat } from '../../ops/concat.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { qr } from '../../ops/linalg/qr.ts';
import { timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { svd } from '../../ops/linalg/svd.ts';
import { normal, uniform } from '../../ops/random.ts';
import { reshape } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { fold, type Key } from '../../random.ts';
import { type Shape, sameShape, showShape, sizeOf } from '../../shape.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Components, componentsOf } from './components.ts';
import { mttkrp } from './mttkrp.ts';

/** Components of a rank to start from. */
export type SpectralStart = (rank: number, key: Key, nonnegative: boolean) => Components;

/** Random components: normal columns, or uniform ones in [0, 1). */
export function randomStart(shape: Shape, rank: number, dtype: Real, key: Key, nonnegative: boolean): Components {
  return scope(() =>
    componentsOf(
      shape.map((n, mode) => drawn(n, rank, dtype, fold(key, 'factor', mode), nonnegative)),
      dtype,
    ),
  );
}

function drawn(n: number, columns: number, dtype: Real, key: Key, nonnegative: boolean): Tensor {
  return nonnegative ? uniform(key, [n, columns], { dtype }) : normal(key, [n, columns], { dtype });
}

/**
 * The leading left singular vectors of each unfolding of x, and random columns where there are not enough. For
 * nonnegative factors their absolute values.
 */
export function spectralStart(x: Tensor, rank: number, key: Key, nonnegative: boolean): Components {
  const dtype = x.dtype as Real;
  return scope(() => {
    const factors = x.shape.map((n, mode) =>
      scope(() => {
        const vectors = leadingVectors(x, mode, rank, fold(key, 'sketch', mode));
        const found = nonnegative ? abs(vectors) : vectors;
        const missing = rank - found.shape[1]!;
        if (missing === 0) return found;
        return concat([found, drawn(n, missing, dtype, fold(key, 'factor', mode), nonnegative)], 1);
      }),
    );
    return componentsOf(factors, dtype);
  });
}

/** Sides up to this length are squared for their exact singular vectors; longer ones are sketched. */
const EXACT = 256;

/** Leading left singular vectors of the unfolding of a mode, at most `rank`: [n, count]. */
function leadingVectors(x: Tensor, mode: number, rank: number, key: Key): Tensor {
  const n = x.shape[mode]!;
  const [above, below] = [sizeOf(x.shape.slice(0, mode)), sizeOf(x.shape.slice(mode + 1))];
  const rest = above * below;
  const count = Math.min(rank, n, rest);
  const cube = reshape(x, [above, n, below]);
  const leading = (u: Tensor): Tensor => slice(u, [null, [0, count]]);
  if (n <= Math.min(rest, EXACT)) return leading(svd(einsum('aib,ajb->ij', cube, cube)).U);
  if (rest <= EXACT) {
    const gram = reshape(einsum('aib,cid->abcd', cube, cube), [rest, rest]);
    return einsum('aib,abr->ir', cube, reshape(leading(svd(gram).U), [above, below, count]));
  }
  return leading(sketched(x, cube, mode, Math.min(count + OVERSAMPLE, n, rest), key));
}

/** Columns that a sketch has more than are wanted. */
const OVERSAMPLE = 10;

/** Left singular vectors from a sketch and one power iteration (Halko, Martinsson & Tropp 2011, algorithm 4.4). */
function sketched(x: Tensor, cube: Tensor, mode: number, columns: number, key: Key): Tensor {
  const random = x.shape.map((n, k) => drawn(n, columns, x.dtype as Real, fold(key, k), false));
  const onto = (q: Tensor): Tensor => einsum('aib,ir->abr', cube, q);
  const first = qr(mttkrp(x, random, mode)).Q;
  const { Q } = qr(einsum('aib,abr->ir', cube, onto(first)));
  const small = onto(Q);
  return einsum('ir,rq->iq', Q, svd(einsum('abr,abq->rq', small, small)).U);
}

/**
 * Components from a given tensor times 2^-exponent; negative elements become 0 where none may be. Throws ShapeError
 * where it does not fit.
 */
export function givenStart(
  init: Factored,
  shape: Shape,
  dtype: Real,
  nonnegative: boolean,
  exponent: number,
): Components {
  if (!(init instanceof Factored) || init.format !== 'cp' || !sameShape(modesOf(init), shape)) {
    const got = init instanceof Factored ? `${init.format} ${showShape(modesOf(init))}` : String(init);
    const rule = `init is 'svd', 'random' or a cp tensor ${showShape(shape)}`;
    throw new ShapeError('cp.decompose', rule, got, 'correct init');
  }
  const factors = Object.values(init.parts);
  return scope(() => {
    const last = factors.length - 1;
    const wide = factors.map((a, k) => timesPowerOfTwo(cast(a, 'f64'), k === last ? -exponent : 0));
    return componentsOf(nonnegative ? wide.map((a) => maximum(a, 0)) : wide, dtype);
  });
}
