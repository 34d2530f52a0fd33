/**
 * Randomized rounding: a sketch with a few more ranks than wanted, then deterministic rounding of the small train that
 * is left. For trains whose ranks are several times what they are rounded to, such as sums of many.
 */

import { FormatError, ShapeError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { numberTimesPower } from '../ops/linalg/scale.ts';
import { fold, key } from '../random.ts';
import { dispose, scope, unrecorded } from '../tensor/scope.ts';
import { centerNorm, closed, moveTo } from './gauge.ts';
import { checkRound, type RoundOptions, round } from './round.ts';
import { randomOmega, type Sketched, sketchSum } from './sketch.ts';
import { ranksOfTrain, type Train, trainOf, twoTrains, withCores } from './train.ts';

export interface RandomRoundOptions extends RoundOptions {
  /** Ranks of the sketch beyond those wanted; default 10. */
  readonly oversample?: number;
  /**
   * Times that the train found serves as the next sketch, where `maxRank` is given; default 1. Without, what the sketch
   * sees of discarded singular values adds to the error; each time damps that by the fourth power of their ratio to
   * those kept.
   */
  readonly iterations?: number;
  /** What the sketch is drawn from, a whole number; default 0. The same seed gives the same bits. */
  readonly seed?: number;
}

/** Ranks of the first sketch where only an error is given; those of the next ones double. */
const FIRST = 10;
/** Parts of the error allowed: for the sketch, by its own estimate, and for the rounding behind it. */
const [SKETCH, ROUND] = [0.5, 0.85];

/**
 * A train as of round(), from a random sketch. With `maxRank` the error is within some per cent of the deterministic
 * one. Without, sketches double until an estimate of what they miss is below half the error allowed: no bound, but one
 * that fails rarely. Throws as round(), FormatError for seed and oversample.
 */
export function randomRound(x: Factored, options: RandomRoundOptions): Factored {
  return rounding('randomRound', [x], options);
}

/**
 * The sum of trains, rounded: one sketch of all of them, so that the train of the summed ranks is never formed. Throws
 * as randomRound(), ShapeError where modes differ or there is no train.
 */
export function roundSum(xs: readonly Factored[], options: RandomRoundOptions): Factored {
  if (xs.length === 0) throw new ShapeError('roundSum', 'a sum has terms', 'none', 'give at least one train');
  return rounding('roundSum', xs, options);
}

function rounding(op: string, xs: readonly Factored[], options: RandomRoundOptions): Factored {
  const { eps = 0, atol = 0, maxRank, oversample = 10, iterations = 1, seed = 0 } = options ?? {};
  checkCount(op, 'oversample', oversample, 1);
  checkCount(op, 'iterations', iterations, 0);
  const trains = xs.map((x) => (x === xs[0] ? trainOf(op, x) : twoTrains(op, xs[0]!, x)[1]));
  const first = trains[0]!;
  const caps = checkRound(op, options, first.cores.length - 1);
  const whole = summedRanks(trains);
  const widthOf = (k: number, width: number): number => Math.min(width + oversample, whole[k]!);
  return unrecorded(() =>
    scope(() => {
      const from = fold(key(seed), op);
      if (maxRank !== undefined) {
        const ranks = feasible(first, (k) => widthOf(k, caps[k]!));
        let { gauge } = scope(() => sketchSum(op, trains, randomOmega(first, ranks, from)));
        for (let k = 0; k < iterations; k++) {
          moveTo(gauge, 0);
          const { cores } = gauge;
          gauge = scope(() => sketchSum(op, trains, cores.slice(1))).gauge;
          dispose(cores);
        }
        return round(withCores(xs[0]!, closed(gauge)), options);
      }
      const most = feasible(first, (k) => whole[k]!);
      for (let width = FIRST; ; width *= 2) {
        const ranks = feasible(first, (k) => widthOf(k, width));
        const isFull = ranks.every((r, k) => r === most[k]);
        if (isFull && xs.length === 1) return round(xs[0]!, options);
        // A bond that is narrower for what it joins is seen whole.
        const tests = ranks.map((r, k) => (r < width + oversample || r === most[k] ? 0 : oversample));
        const found = scope(() => {
          const omega = randomOmega(first, ranks, fold(from, width));
          return sketched(xs[0]!, sketchSum(op, trains, omega, tests));
        });
        if (isFull) return round(found.x, options);
        if (found.lost <= SKETCH * Math.max(eps, atol / found.norm)) {
          return round(found.x, { eps: ROUND * eps, atol: ROUND * atol });
        }
        dispose(found.x);
      }
    }),
  );
}

function checkCount(op: string, name: string, count: number, least: number): void {
  if (Number.isSafeInteger(count) && count >= least) return;
  throw new FormatError(op, `${name} is a whole number >= ${least}`, String(count), 'correct it');
}

/** A sketched train in the network of another. */
function sketched(like: Factored, { gauge, lost }: Sketched): { x: Factored; lost: number; norm: number } {
  const norm = numberTimesPower(centerNorm(gauge), gauge.exponent);
  return { x: withCores(like, closed(gauge)), lost, norm };
}

/** For each bond the sum of the ranks. */
function summedRanks(trains: readonly Train[]): number[] {
  const all = trains.map(({ cores }) => ranksOfTrain(cores).slice(1, -1));
  return all[0]!.map((_, k) => all.reduce((sum, ranks) => sum + ranks[k]!, 0));
}

/** The ranks `wanted`, where neighbours can fill them. */
function feasible({ cores }: Train, wanted: (bond: number) => number): number[] {
  const sizes = cores.map((core) => core.shape[1]!);
  const bonds = sizes.length - 1;
  const ranks = Array.from({ length: bonds }, (_, k) => wanted(k));
  for (let k = 0; k < bonds; k++) ranks[k] = Math.min(ranks[k]!, (ranks[k - 1] ?? 1) * sizes[k]!);
  for (let k = bonds - 1; k >= 0; k--) ranks[k] = Math.min(ranks[k]!, (ranks[k + 1] ?? 1) * sizes[k + 1]!);
  return ranks;
}
