/**
 * Trains fitted to known entries: starts, the way in under a shrinking ridge, growing ranks, and the best of several
 * runs.
 */

import { cast } from '../../ops/cast.ts';
import { concat } from '../../ops/concat.ts';
import { normal } from '../../ops/random.ts';
import { fold, type Key } from '../../random.ts';
import { zeros } from '../../tensor/create.ts';
import { dispose, scope } from '../../tensor/scope.ts';
import { leastSquares, SHRINKING } from '../leastSquares.ts';
import { type Entries, zeroFilled } from '../samples.ts';
import { type Cores, centered, sweepCores } from './completeAls.ts';
import { trainSvd } from './trainSvd.ts';

/** What all attempts share. */
export interface Task {
  readonly entries: Entries;
  /** The norm of the known values. */
  readonly norm: number;
  /** The share of entries that are known. */
  readonly known: number;
  /** The rank of each bond, or with `eps` the greatest. */
  readonly ranks: readonly number[];
  readonly eps: number | undefined;
  readonly init: 'svd' | 'random' | Cores;
  readonly ridge: number;
  readonly sweeps: number;
  readonly stop: number;
  readonly restarts: number;
  readonly key: Key;
  /** Hears the relative error after each sweep; may throw. */
  readonly heard: (error: number) => void;
}

export interface Attempt {
  readonly cores: Cores;
  /** Relative errors after each sweep. */
  readonly history: readonly number[];
  readonly converged: boolean;
}

/** The rounding unit of f64, in which cores are fitted. */
const UNIT = 1.1102230246251565e-16;

/** The best of all attempts, and the error that each ended with. */
export function bestTrain(task: Task): { best: Attempt; errors: number[] } {
  const errors: number[] = [];
  let best: Attempt | null = null;
  for (let k = 0; k < task.restarts; k++) {
    const found = task.eps === undefined ? attempt(task, k) : growing(task, task.eps, k);
    errors.push(found.history.at(-1)!);
    const isBetter: boolean = best === null || found.history.at(-1)! < best.history.at(-1)!;
    const worse: Attempt | null = isBetter ? best : found;
    if (worse !== null) dispose(worse.cores);
    if (isBetter) best = found;
  }
  return { best: best!, errors };
}

/** A fit of given ranks. */
function attempt(task: Task, k: number): Attempt {
  const { entries, ranks, init } = task;
  const stream = fold(task.key, k);
  if (k === 0 && typeof init !== 'string') return fit(task, init);
  const spectral = k === 0 && init === 'svd';
  const start = scope(() =>
    spectral
      ? centered(trainSvd(OP, cast(zeroFilled(OP, entries), 'f64'), { caps: ranks }).cores)
      : drawn(task, ranks, stream),
  );
  return fit(task, warmed(task, start));
}

const OP = 'tt.complete';

/** Fits of ranks that grow together from 1 until the error is at most eps. */
function growing(task: Task, eps: number, k: number): Attempt {
  const stream = fold(task.key, k);
  const upTo = (r: number): number[] => task.ranks.map((rank) => Math.min(rank, r));
  let found = fit(task, warmed(task, drawn(task, upTo(1), stream)));
  const history = [...found.history];
  for (let r = 2; r <= Math.max(...task.ranks) && found.history.at(-1)! > eps; r++) {
    const { cores } = found;
    const more = scope(() => grown(cores, upTo(r), fold(stream, 'grow', r)));
    dispose(cores);
    found = fit(task, warmed(task, more));
    history.push(...found.history);
  }
  return { ...found, history, converged: found.history.at(-1)! <= eps };
}

/** Random cores. */
function drawn({ entries }: Task, ranks: readonly number[], stream: Key): Cores {
  const bonds = [1, ...ranks, 1];
  return scope(() =>
    centered(
      entries.shape.map((n, k) => {
        const shape = [bonds[k]!, n, bonds[k + 1]!];
        return normal(fold(stream, 'core', k), shape, { dtype: 'f64' });
      }),
    ),
  );
}

/** The same train with greater ranks: random columns, which meet rows of zeros. */
function grown(cores: Cores, ranks: readonly number[], stream: Key): Cores {
  const bonds = [1, ...ranks, 1];
  return centered(
    cores.map((core, k) => {
      const [r, n, s] = core.shape as [number, number, number];
      const [rows, columns] = [Math.max(0, bonds[k]! - r), Math.max(0, bonds[k + 1]! - s)];
      const wider = [core, normal(fold(stream, 'core', k), [r, n, columns], { dtype: 'f64' })];
      return concat([concat(wider, 2), zeros([rows, n, s + columns], 'f64')], 0);
    }),
  );
}

/** Cores after some sweeps under a ridge that shrinks; it frees the given ones. */
function warmed(task: Task, start: Cores): Cores {
  let now = start;
  for (const ridge of SHRINKING) {
    if (ridge <= task.ridge) break;
    const before = now;
    now = sweepCores(task.entries, before, leastSquares(ridge * task.known, UNIT, Infinity)).cores;
    dispose(before);
  }
  return now;
}

/** Sweeps until the error stands; it frees the start. */
function fit({ entries, norm, known, ridge, sweeps, stop, heard }: Task, start: Cores): Attempt {
  const history: number[] = [];
  let now = start;
  let last = Number.POSITIVE_INFINITY;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const before = now;
    const swept = sweepCores(entries, before, leastSquares(ridge * known, UNIT, last * norm));
    dispose(before);
    now = swept.cores;
    const error = swept.error / norm;
    history.push(error);
    heard(error);
    if (Math.abs(last - error) < stop || error <= 8 * UNIT) return { cores: now, history, converged: true };
    last = error;
  }
  return { cores: now, history, converged: false };
}
