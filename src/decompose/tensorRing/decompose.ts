/** Tensor rings of dense tensors: by SVDs, or refined by alternating least squares. */

import type { Real } from '../../dtype.ts';
import { FormatError } from '../../errors.ts';
import { randomFactored } from '../../formats/init.ts';
import { Factored } from '../../formats/network.ts';
import { tensorRing } from '../../formats/tensorRing.ts';
import { contiguous } from '../../ops/contiguous.ts';
import { tail } from '../../ops/linalg/chop.ts';
import { timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { sumSquares } from '../../ops/reduce.ts';
import { key } from '../../random.ts';
import { sameShape, showShape } from '../../shape.ts';
import { item } from '../../tensor/read.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Decomposed, type Report } from '../decomposed.ts';
import { checkWord, type Dense, denseOf, scaledOf } from '../dense.ts';
import { distance } from '../distance.ts';
import { checkOptions, type IterationOptions, progressed } from '../options.ts';
import { growthOf, padded, ringSweep } from './ringAls.ts';
import { bestRing } from './ringSvd.ts';

export interface TensorRingOptions extends IterationOptions {
  /** `svd` (the default) goes once through the modes; `als` iterates from there, or from `init`. */
  readonly method?: 'svd' | 'als';
  /** The mode at which the SVDs begin. Default: all are tried where there are at most six, else the first. */
  readonly shift?: number;
  /** For `als`: damps every least squares problem by this part of its mean diagonal; default 0. */
  readonly ridge?: number;
}

const OP = 'tensorRing.decompose';
/** Modes up to which all shifts are tried. */
const FEW = 6;
const SWEEPS = 100;
const STOP = 1e-6;
/** Cores that are larger than their tensor by this are told of. */
const GROWN = 1e6;

/**
 * The tensor a as a ring of cores [r_k, n_k, r_(k+1)], r_d = r_0: with ranks such that |a - full| <= eps |a|, or with at
 * most the ranks asked for. By SVDs the ranks are limited, r_k r_(k+1) <= n_k for the core they begin with; `als` fills
 * the ranks that were asked for. `report.error` is the error that was made; for `als` the first entry of the history is
 * that of the start, and without a ridge no entry is greater than the one before.
 * Throws RankError, FormatError and ShapeError for options that are not understood, NonFiniteError for NaN and Infinity,
 * DtypeError for integers.
 */
export function decompose(a: Tensor, options: TensorRingOptions): Decomposed {
  checkOptions(OP, options);
  const { method = 'svd', ridge = 0 } = options;
  checkWord(OP, 'a method', method, ['svd', 'als']);
  if (!(ridge >= 0 && ridge < Number.POSITIVE_INFINITY)) {
    throw new FormatError(OP, 'ridge is a number >= 0', String(ridge), 'use a small number such as 1e-8');
  }
  return unrecorded(() =>
    scope(() => {
      const dense = denseOf(OP, tensorRing, a, options);
      const shifts = shiftsOf(dense.a.order, options.shift);
      if (dense.a.order === 1) return new Decomposed(ringOf(dense, [scaledOf(dense)]), { error: 0 });
      const { cores, ...report } = method === 'svd' ? bySvd(dense, options, shifts) : byAls(dense, options, shifts);
      return new Decomposed(ringOf(dense, cores), report);
    }),
  );
}

function shiftsOf(d: number, shift: number | undefined): number[] {
  if (shift === undefined) return d <= FEW ? Array.from({ length: d }, (_, k) => k) : [0];
  if (Number.isInteger(shift) && shift >= 0 && shift < d) return [shift];
  throw new FormatError(OP, `a shift is a mode 0..${d - 1}`, String(shift), 'correct it');
}

/** The most of the bond in front of each mode. Without a rank the error alone decides. */
function capsOf({ layout, caps }: Dense, { rank }: TensorRingOptions): number[] {
  return layout.net.open.map((_, k) => (rank === undefined ? Number.POSITIVE_INFINITY : caps[`r${k}`]!));
}

interface Solved extends Partial<Omit<Report, 'error'>> {
  readonly error: number;
  readonly cores: readonly Tensor[];
}

function bySvd(dense: Dense, options: TensorRingOptions, shifts: readonly number[]): Solved {
  const heard = (step: number, error: number): void => progressed(options, { step, of: shifts.length, error });
  const { cores, tails } = bestRing(dense, shifts, capsOf(dense, options), options.eps, heard);
  const history = tails.map((_, k) => tail(tails.slice(0, k + 1)));
  return { cores, error: history.at(-1)!, history };
}

function byAls(dense: Dense, options: TensorRingOptions, shifts: readonly number[]): Solved {
  const { sweeps = SWEEPS, stop = STOP, ridge = 0 } = options;
  const x = scaledOf(dense);
  const norm = Math.sqrt(item(sumSquares(x)));
  let cores = scope(() => startOf(dense, options, shifts, norm));
  const errorOf = (found: readonly Tensor[]): number =>
    norm === 0 ? 0 : distance(x, ringOf(dense, found, true)) / norm;
  const history = [errorOf(cores)];
  let converged = norm === 0;
  for (let step = 1; step <= sweeps && !converged; step++) {
    const before = history.at(-1)!;
    const next = scope(() => ringSweep(x, cores, { ridge, error: before * norm }));
    const error = errorOf(next);
    converged = Math.abs(before - error) < stop;
    const isBetter = error <= before || ridge > 0;
    // The first cores may be the caller's.
    if (!isBetter || step > 1) for (const core of isBetter ? cores : next) core.dispose();
    if (isBetter) cores = next;
    history.push(isBetter ? error : before);
    progressed(options, { step, of: sweeps, error: history.at(-1)! });
  }
  const growth = norm === 0 ? 0 : growthOf(cores, norm);
  const grown = `the cores are ${growth.toPrecision(2)} times as large as the tensor and nearly cancel: add a ridge`;
  return { cores, error: history.at(-1)!, history, converged, warnings: growth > GROWN ? [grown] : [] };
}

function startOf(dense: Dense, options: TensorRingOptions, shifts: readonly number[], norm: number): Tensor[] {
  const { a, layout, caps, exponent } = dense;
  const { init = 'svd', seed = 0, rank, eps } = options;
  if (init instanceof Factored) {
    const parts = Object.values(init.parts);
    const fits = init.format === tensorRing.name && parts.every(({ dtype, order }) => dtype === a.dtype && order === 3);
    const sizes = parts.map(({ shape }) => shape[1]!);
    if (!fits || !sameShape(sizes, a.shape)) {
      const rule = `the start is a tensor ring of ${a.dtype} over ${showShape(a.shape)}`;
      throw new FormatError(OP, rule, `${init.format} over ${showShape(sizes)}`, 'decompose a tensor of this shape');
    }
    return parts.map((part, k) => (k === 0 ? timesPowerOfTwo(part, -exponent) : part));
  }
  if (init === 'random' && rank !== undefined) {
    const std = norm === 0 ? 1 : norm / Math.sqrt(a.size);
    const drawn = randomFactored(tensorRing.name, layout, caps, { std, key: key(seed), dtype: a.dtype as Real });
    return Object.values(drawn.parts);
  }
  if (init !== 'svd') {
    const rule = "init is 'svd', 'random' beside a rank, or a tensor ring";
    throw new FormatError(OP, rule, String(init), 'correct it');
  }
  const limits = capsOf(dense, options);
  const { cores } = bestRing(dense, shifts, limits, eps, () => undefined);
  return padded(cores, rank === undefined || eps !== undefined ? [] : limits, key(seed));
}

function ringOf({ layout, exponent }: Dense, cores: readonly Tensor[], scaled = false): Factored {
  const names = Object.keys(layout.net.parts);
  const parts = names.map((name, k): [string, Tensor] => {
    const isLast = k === names.length - 1 && !scaled;
    return [name, contiguous(isLast ? timesPowerOfTwo(cores[k]!, exponent) : cores[k]!)];
  });
  return new Factored(tensorRing.name, layout.net, layout.axes, Object.fromEntries(parts));
}
