/** A matrix, or a tensor as one, as the product of two factors: its truncated SVD with the singular values shared. */

import type { Role } from '../../formats/format.ts';
import { lowRank } from '../../formats/lowRank.ts';
import { Factored } from '../../formats/network.ts';
import { mul } from '../../ops/binary.ts';
import { tail } from '../../ops/linalg/chop.ts';
import { timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { reshape } from '../../ops/reshape.ts';
import { norm2 } from '../../ops/statistics.ts';
import { reciprocal, sqrt } from '../../ops/unary.ts';
import { where } from '../../ops/where.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Decomposed } from '../decomposed.ts';
import { denseOf, keep } from '../dense.ts';
import { checkOptions, type DecomposeOptions, progressed } from '../options.ts';
import { splitOff } from '../splitOff.ts';

export interface LowRankOptions extends DecomposeOptions {
  /** Which axes make up the rows ('out'); all others make up the columns. Default: the first axis the rows. */
  readonly roles?: readonly Role[];
}

const OP = 'lowRank.decompose';

/**
 * a = left right, the best of its rank (Eckart & Young 1936): the smallest r with |a - left right| <= eps |a|, or the rank
 * asked for. left = U S^(1/2) [...rows, r], right = S^(1/2) Vt [r, ...columns], so that both weigh the same.
 * `report.error` is the error that was made.
 * Throws RankError, FormatError and ShapeError for options that are not understood, NonFiniteError for NaN and Infinity,
 * DtypeError for integers.
 */
export function decompose(a: Tensor, options: LowRankOptions): Decomposed {
  checkOptions(OP, options);
  const roles = options.roles ?? a.shape.map((_, k): Role => (k === 0 ? 'out' : 'in'));
  return unrecorded(() =>
    scope(() => {
      const dense = denseOf(OP, lowRank, a, options, roles);
      const { net, axes } = dense.layout;
      const rows = net.parts.left!.slice(0, -1).map((label) => net.open.indexOf(label));
      // An even power, of which each factor takes half.
      const exponent = 2 * Math.floor(dense.exponent / 2);
      let error = 0;
      const { U, rest } = splitOff(
        dense.a,
        rows,
        (values) => {
          const norm = tail(values);
          const r = keep(values, dense.caps.r!, options.eps === undefined ? undefined : options.eps * norm);
          error = norm === 0 ? 0 : tail(values, r) / norm;
          return r;
        },
        { exponent },
      );
      progressed(options, { step: 1, of: 1, error });
      return new Decomposed(new Factored(lowRank.name, net, axes, shared(U, rest, exponent)), { error });
    }),
  );
}

/** U [...rows, r] and S Vt [r, ...columns] times a power of two, with S and the power shared by both. */
function shared(U: Tensor, rest: Tensor, exponent: number): { left: Tensor; right: Tensor } {
  const r = rest.shape[0]!;
  const root = sqrt(norm2(reshape(rest, [r, -1]), 1));
  // A singular value of 0 leaves its column of U as it is: not both factors vanish, so gradients do not.
  const weight = where(root, root, 1);
  const half = exponent / 2;
  const left = mul(U, timesPowerOfTwo(weight, half));
  U.dispose();
  const column = reshape(timesPowerOfTwo(reciprocal(weight), half), [r, ...rest.shape.slice(1).map(() => 1)]);
  return { left, right: mul(rest, column) };
}
