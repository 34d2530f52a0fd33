/**
 * Canonical polyadic decomposition by alternating least squares (Carroll & Chang 1970; Kolda & Bader 2009, section 3.4).
 * 4 r size(a) operations a sweep.
 */

import { cp } from '../../formats/cp.ts';
import type { Layout } from '../../formats/format.ts';
import { Factored } from '../../formats/network.ts';
import { contiguous } from '../../ops/contiguous.ts';
import { powerOfTwo, timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { reshape } from '../../ops/reshape.ts';
import { where } from '../../ops/where.ts';
import { fold, key } from '../../random.ts';
import { ones, zeros } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Decomposed } from '../decomposed.ts';
import { checkDense, layoutOf, rankCaps } from '../modes.ts';
import { progressed } from '../options.ts';
import { type Best, bestOf } from './attempts.ts';
import { canonical, namedParts, shared } from './canonical.ts';
import type { Components } from './components.ts';
import { denseProblem, residualOf } from './dense.ts';
import { fitByEpochs } from './epochs.ts';
import { nonnegativeStep } from './hals.ts';
import { maskedProblem } from './masked.ts';
import { type CpOptions, checkCpOptions } from './options.ts';
import type { Problem } from './problem.ts';
import { sampledProblem } from './sampled.ts';
import { givenStart, randomStart, spectralStart } from './start.ts';
import { leastSquares } from './step.ts';
import { fit, type Fit, type SweepOptions, units } from './sweeps.ts';
import { degeneracies } from './warnings.ts';

const OP = 'cp.decompose';

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
 * a [n_0, ...] as a sum of `rank` outer products; with `eps`, of as few as one run after another needs to come within it.
 * The factors share the weights evenly; components are in the order of normalize(). `report.history` has the error after
 * each sweep, which never rises unless there is a ridge; `report.restarts` the errors of all starts. Not differentiable.
 * Defaults: init 'svd', 500 sweeps, stop 1e-8 (f32: 1e-6).
 * Throws ShapeError, DtypeError, RankError, FormatError for what does not fit, NonFiniteError for known entries that are
 * NaN or infinite, and what `signal` was aborted with.
 */
export function decompose(a: Tensor, options: CpOptions): Decomposed {
  checkDense(OP, a);
  checkCpOptions(a, options);
  return unrecorded(() => scope(() => run(a, options)));
}

function run(a: Tensor, options: CpOptions): Decomposed {
  const { x, exponent, mask, layout } = operandOf(a, options);
  const rank = rankOf(layout, options);
  const problem = mask === null ? denseProblem(x) : maskedProblem(x, mask, shareOf(mask));
  if (problem.norm === 0) {
    const parts = problem.shape.map((n) => zeros([n, rank], problem.dtype));
    return new Decomposed(new Factored(cp.name, layout.net, layout.axes, namedParts(parts)), { error: 0 });
  }
  const best = x.order === 1 ? vectorFit(x) : search(problem, x, exponent, rank, options);
  const { components } = best;
  const warnings = degeneracies(components, problem.norm);
  if (options.eps !== undefined && !best.converged) {
    warnings.push(`rank ${rank} does not reach eps ${options.eps}`);
  }
  const { weights, factors } = canonical(components.factors, dataSync(components.weights));
  const even = shared(factors, dataSync(weights));
  const error = residualOf(x, plain(even), mask) / problem.norm;
  const last = even.length - 1;
  const parts = even.map((part, k) => (k === last ? timesPowerOfTwo(part, exponent) : part));
  const { history, converged, errors } = best;
  const report = { error, history, converged, warnings, ...(errors.length > 1 ? { restarts: errors } : {}) };
  return new Decomposed(new Factored(cp.name, layout.net, layout.axes, namedParts(parts)), report);
}

function operandOf(a: Tensor, { fold: cuts, mask }: CpOptions): Operand {
  const layout = layoutOf(cp, a.shape, { fold: cuts });
  const modes = layout.net.open.map((label) => layout.modes[label]!);
  const known = mask === undefined ? null : reshape(where(mask, ones([], a.dtype), 0), modes);
  const { x, exponent } = powerOfTwo(OP, contiguous(mask === undefined ? a : where(mask, a, 0)));
  return { layout, x: reshape(x, modes), exponent, mask: known };
}

function rankOf(layout: Layout, { rank, init }: CpOptions): number {
  if (rank === undefined && init instanceof Factored && init.format === cp.name) {
    return Object.values(init.parts)[0]!.shape[1]!;
  }
  return rankCaps(cp, layout, rank).r!;
}

/** The share of ones. */
function shareOf(mask: Tensor): number {
  const root = residualOf(mask, null, null);
  return Math.round(root * root) / mask.size;
}

/** A vector is its own factor. */
function vectorFit(x: Tensor): Best {
  const components = { factors: [reshape(x, [x.size, 1])], weights: ones([1], 'f64'), grams: [ones([1, 1], 'f64')] };
  return { components, history: [0], converged: true, errors: [0] };
}

/** Factors as components, for their residual. */
function plain(factors: readonly Tensor[]): Components {
  return { factors, weights: ones([factors[0]!.shape[1]!], 'f64'), grams: [] };
}

const SWEEPS = 500;
const SAMPLES = 4096;
const STOP = { f64: 1e-8, f32: 1e-6 } as const;
const STOP_RANDOM = 1e-4;

function search(problem: Problem, x: Tensor, exponent: number, rank: number, options: CpOptions): Best {
  const { eps, seed = 0, restarts = 1, init = 'svd', nonnegative = false, ridge = 0, method = 'als' } = options;
  const { sweeps = SWEEPS, lineSearch = false, samples = SAMPLES } = options;
  const { shape, dtype } = problem;
  const stop = options.stop ?? (method === 'random' ? STOP_RANDOM : STOP[dtype]);
  const from = fold(key(seed), 'cp');
  const weight = ridge * problem.known;
  const step = nonnegative ? nonnegativeStep(weight) : leastSquares(weight, units[dtype]);
  const of = restarts * sweeps * (eps === undefined ? 1 : rank);
  let told = 0;
  const heard = (_: number, error: number): void => progressed(options, { step: ++told, of, error });
  const start = (r: number, attempt: number): Components => {
    const stream = fold(from, 'start', attempt);
    if (attempt > 0 || init === 'random') return randomStart(shape, r, dtype, stream, nonnegative);
    if (init === 'svd') return spectralStart(x, r, stream, nonnegative);
    return givenStart(init, shape, r, dtype, nonnegative, exponent);
  };
  const sweeping: SweepOptions = { sweeps, stop, step, ridge: weight, lineSearch, nonnegative, heard };
  const once = (begin: Components, attempt: number): Fit => {
    if (method === 'als') return fit(problem, begin, sweeping);
    return fitByEpochs(sampledProblem(x, samples, fold(from, 'rows', attempt)), begin, sweeping);
  };
  return bestOf({ rank, eps, restarts, start, fit: once, key: from, nonnegative });
}
