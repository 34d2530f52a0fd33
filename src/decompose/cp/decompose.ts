/**
 * Canonical polyadic decomposition by alternating least squares (Carroll & Chang 1970; Kolda & Bader 2009, section
 * 3.4). 4 r size(a) operations a sweep.
 */

import { cp } from '../../formats/cp.ts';
import type { Layout } from '../../formats/format.ts';
import type { Real } from '../../dtype.ts';
import { mul } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { contiguous } from '../../ops/contiguous.ts';
import { powerOfTwo } from '../../ops/linalg/scale.ts';
import { reshape } from '../../ops/reshape.ts';
import { where } from '../../ops/where.ts';
import { ones } from '../../tensor/create.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Decomposed } from '../decomposed.ts';
import { checkDense, layoutOf } from '../modes.ts';
import type { Best } from './attempts.ts';
import { denseProblem, residualOf } from './dense.ts';
import { maskedProblem } from './masked.ts';
import { type CpOptions, checkCpOptions } from './options.ts';
import { packed, ranksOf, zeroTensor } from './result.ts';
import { sampledProblem } from './sampled.ts';
import { search } from './search.ts';
import { spectralStart } from './start.ts';

const OP = 'cp.decompose';

/** Rows that a random least squares problem draws. */
const SAMPLES = 4096;

/** A dense tensor laid out and scaled, a = x 2^exponent, 0 where it is unknown. */
interface Operand {
  readonly layout: Layout;
  /** Contiguous, of the modes of the layout. */
  readonly x: Tensor;
  readonly exponent: number;
  /** 1 where x is known, in its dtype. */
  readonly mask: Tensor | null;
}

/**
 * a [n_0, ...] as a sum of `rank` outer products; with `eps`, of as few as one run after another needs to come within
 * it, and at most `rank`. The factors share the weights evenly; components are in the order of normalize().
 * `report.history` has the error after each sweep, which never rises unless there is a ridge or the method is 'random',
 * where it is estimated; `report.restarts` the errors of all starts; `report.error` is exact, and over the known
 * entries. Not differentiable. Defaults: init 'svd', 500 sweeps, stop 1e-8 (f32: 1e-6; method 'random': 1e-4). Throws
 * ShapeError, DtypeError, RankError, FormatError for what does not fit, NonFiniteError for known entries that are NaN
 * or infinite, and what `signal` was aborted with.
 */
export function decompose(a: Tensor, options: CpOptions): Decomposed {
  checkDense(OP, a);
  checkCpOptions(OP, options, a.shape);
  return unrecorded(() => scope(() => run(a, options)));
}

function run(a: Tensor, options: CpOptions): Decomposed {
  const { x, exponent, mask, layout } = operandOf(a, options);
  const ranks = ranksOf(layout, options);
  const problem = mask === null ? denseProblem(x) : maskedProblem(x, mask, shareOf(mask));
  if (problem.norm === 0) return zeroTensor(problem, layout);
  if (x.order === 1) return packed(problem, layout, exponent, vectorFit(x), options);
  const best = search(
    {
      problem,
      ranks,
      exponent,
      spectral: (r, key, nonnegative) => spectralStart(x, r, key, nonnegative),
      ...(options.method === 'random' ? { sampled: (key) => sampledProblem(x, options.samples ?? SAMPLES, key) } : {}),
    },
    options,
  );
  return packed(problem, layout, exponent, best, options);
}

function operandOf(a: Tensor, { fold, mask }: CpOptions): Operand {
  const layout = layoutOf(cp, a.shape, { fold });
  const modes = layout.net.open.map((label) => layout.modes[label]!);
  const own = mask === undefined ? undefined : cast(mask, a.dtype as Real);
  const known = own === undefined ? null : scope(() => reshape(where(own, ones([], a.dtype), 0), modes));
  // In a scope of its own, so that what the operands take in backend memory is free afterwards.
  const { x, exponent } = scope(() => powerOfTwo(OP, contiguous(own === undefined ? a : where(own, a, 0))));
  return { layout, x: reshape(x, modes), exponent, mask: known };
}

/** The share of ones. */
function shareOf(mask: Tensor): number {
  const root = residualOf(mask, null, null);
  return Math.round(root * root) / mask.size;
}

/** A vector is its own factor. */
function vectorFit(x: Tensor): Best {
  // A copy, since a fit is freed before its data.
  const factor = mul(reshape(x, [x.size, 1]), 1);
  const components = { factors: [factor], weights: ones([1], 'f64'), grams: [ones([1, 1], 'f64')] };
  return { components, history: [0], converged: true, errors: [0] };
}
