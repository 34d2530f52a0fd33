/** A tensor train through some known entries of a tensor that is never formed. */

import { FormatError, RankError, ShapeError } from '../../errors.ts';
import { bondsOf, Factored, modesOf } from '../../formats/network.ts';
import { tt } from '../../formats/tt.ts';
import { cast } from '../../ops/cast.ts';
import { timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { fold, key } from '../../random.ts';
import { sameShape, showShape, sizeOf } from '../../shape.ts';
import { zeros } from '../../tensor/create.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fromCores } from '../../tt/make.ts';
import { trainOf } from '../../tt/train.ts';
import { Decomposed } from '../decomposed.ts';
import { layoutOf, rankCaps } from '../modes.ts';
import { checkOptions, type IterationOptions, progressed } from '../options.ts';
import * as known from '../samples.ts';
import { type Cores, centered, trainDistance } from './completeAls.ts';
import { bestTrain } from './completeFit.ts';

const OP = 'tt.complete';

export interface TtCompleteOptions extends Omit<IterationOptions, 'fold'> {
  /** Runs from different starts, of which the best is returned; default 1. Those after the first start at random. */
  readonly restarts?: number;
  /** Adds ridge times |x|^2 and the share of known entries to the squared error; default 0. */
  readonly ridge?: number;
  /** Samples to judge by, without a part in the fit: the relative error on them is `report.heldOut`. */
  readonly heldOut?: known.Samples;
}

const SWEEPS = 500;
const STOP = 1e-8;

/**
 * The tensor train of the given ranks that is nearest to the known entries; all cores but the first have orthonormal
 * rows. With `eps` all ranks grow together from 1, up to `rank`, until the error on the samples comes within it: hold
 * samples out to see whether that is worth anything. init 'svd', the default where it can be, is the TT-SVD of the
 * tensor with zeros where it is unknown, of at most 2^24 elements. The first sweeps are under a ridge that shrinks;
 * `report.error` and `report.history` are over the samples. Defaults: 500 sweeps, stop 1e-8. Throws ShapeError,
 * DtypeError, RankError and FormatError for what does not fit, NonFiniteError for values that are NaN or infinite, and
 * what `signal` was aborted with.
 */
export function complete(samples: known.Samples, options: TtCompleteOptions): Decomposed {
  const entries = known.entriesOf(OP, samples);
  checkCompletion(entries, options);
  const held = known.heldOutOf(OP, options.heldOut, entries);
  return unrecorded(() => scope(() => run(entries, held, options)));
}

function checkCompletion({ shape }: known.Entries, options: TtCompleteOptions): void {
  // Callers without types may forget them.
  if (options === undefined || options === null) checkOptions(OP, undefined);
  const { init, restarts = 1, ridge = 0 } = options;
  checkOptions(OP, init instanceof Factored && options.eps === undefined ? { rank: 1, ...options } : options);
  if (shape.length < 2) throw new ShapeError(OP, 'a tensor has at least two modes', showShape(shape), 'reshape it');
  const refuse = (rule: string, got: string): never => {
    throw new FormatError(OP, rule, got, 'correct the options');
  };
  if (!(Number.isSafeInteger(restarts) && restarts >= 1)) refuse('restarts is a whole number >= 1', String(restarts));
  if (!(ridge >= 0 && ridge < Number.POSITIVE_INFINITY)) refuse('ridge is a number >= 0', String(ridge));
  if (init === undefined || init === 'svd' || init === 'random') return;
  const rule = `init is 'svd', 'random' or a train ${showShape(shape)}`;
  if (!(init instanceof Factored)) refuse(rule, `'${String(init)}'`);
  else if (!sameShape(modesOf(init), shape)) throw new ShapeError(OP, rule, showShape(modesOf(init)), 'correct init');
}

function run(given: known.Entries, held: known.Entries | null, options: TtCompleteOptions): Decomposed {
  const { shape, dtype, values } = given;
  const { eps, ridge = 0, sweeps = SWEEPS, stop = STOP, restarts = 1, seed = 0 } = options;
  const exponent = known.topExponent(values);
  const entries = known.timesPower(given, -exponent);
  const norm = known.normOf(entries.values);
  const { init, ranks } = startOf(shape, exponent, options);
  if (norm === 0) {
    const cores = shape.map((n) => zeros([1, n, 1], dtype));
    return new Decomposed(fromCores(cores), { error: 0 });
  }
  const of = restarts * sweeps * (eps === undefined ? 1 : Math.max(...ranks));
  let told = 0;
  const heard = (error: number): void => progressed(options, { step: ++told, of, error });
  const share = Math.min(1, values.length / sizeOf(shape));
  const task = { entries, norm, known: share, ranks, eps, init, ridge, sweeps, stop, restarts, heard };
  const { best, errors } = bestTrain({ ...task, key: fold(key(seed), OP) });
  const cores = best.cores.map((core) => cast(core, dtype));
  const wide = cores.map((core) => cast(core, 'f64'));
  const judged = held === null ? null : known.timesPower(held, -exponent);
  return new Decomposed(fromCores([timesPowerOfTwo(cores[0]!, exponent), ...cores.slice(1)]), {
    error: trainDistance(entries, wide) / norm,
    history: best.history,
    converged: best.converged,
    warnings: [
      ...(ridge > 0 ? [] : known.undetermined(values.length, freedomOf(cores))),
      ...(eps === undefined || best.converged ? [] : [`ranks ${ranks.join(', ')} do not come within eps ${eps}`]),
    ],
    ...(restarts > 1 ? { restarts: errors } : {}),
    ...(judged === null ? {} : { heldOut: trainDistance(judged, wide) / known.normOf(judged.values) }),
  });
}

/** The dimension of the trains of these ranks: the numbers in the cores but for the gauge at each bond. */
function freedomOf(cores: readonly Tensor[]): number {
  return cores.reduce((sum, core, k) => sum + core.size - (k === 0 ? 0 : core.shape[0]! * core.shape[0]!), 0);
}

/** Where to start, and with which ranks: those asked for, or those of a given start. Throws RankError. */
function startOf(
  shape: readonly number[],
  exponent: number,
  { rank, eps, init }: TtCompleteOptions,
): { init: 'svd' | 'random' | Cores; ranks: number[] } {
  const layout = layoutOf(tt, shape);
  const caps = rankCaps(tt, layout, rank);
  const ranks = bondsOf(layout.net).map((bond) => caps[bond]!);
  if (!(init instanceof Factored)) return { init: init ?? (known.fitsDense(shape) ? 'svd' : 'random'), ranks };
  const { cores } = trainOf(OP, init);
  const own = cores.slice(1).map((core) => core.shape[0]!);
  if (eps === undefined && rank !== undefined && !sameShape(own, ranks)) {
    throw new RankError(OP, 'init has the ranks asked for', `${own.join(', ')} for ${ranks.join(', ')}`, 'change one');
  }
  const wide = cores.map((core, k) => timesPowerOfTwo(cast(core, 'f64'), k === 0 ? -exponent : 0));
  return { init: centered(wide), ranks: eps === undefined ? own : ranks };
}
