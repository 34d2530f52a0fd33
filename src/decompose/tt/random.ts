/**
 * TT-SVD with random sketches in place of full factorizations (Huber, Schneider & Wolf 2017, algorithm 3; Che & Wei
 * 2019): the range of each unfolding C [m, N] is found from C Omega, Omega normal with a few columns more than the
 * rank, and the next unfolding is what is left in that range. About (4 iterations + 6) m N l operations for a sketch of
 * l columns. What each step loses is measured, not estimated.
 */

import { contiguous } from '../../ops/contiguous.ts';
import { chop, tail } from '../../ops/linalg/chop.ts';
import { powerOfTwo, timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { svd } from '../../ops/linalg/svd.ts';
import { triangle } from '../../ops/linalg/triangle.ts';
import { matmul } from '../../ops/matmul.ts';
import { reshape } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { swapAxes } from '../../ops/transpose.ts';
import { fold, type Key } from '../../random.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { closed } from '../../tt/gauge.ts';
import { product, rangeOfWidth, rangeWithin, type Scaled, sizeOf } from './range.ts';
import { tallCut } from './tallCut.ts';
import type { TrainSvd, TrainSvdOptions } from './trainSvd.ts';

export interface RandomTrainOptions extends TrainSvdOptions {
  /** Columns of a sketch beyond the rank; default 10. */
  readonly oversample?: number;
  /** Power steps where the rank is given; default 1. */
  readonly iterations?: number;
  readonly key: Key;
}

/** What a step may discard, and what it has in hand to choose a rank with. */
interface Step {
  readonly delta: number;
  readonly cap: number;
  /** Columns of the first sketch, or beyond the cap. */
  readonly width: number;
  readonly iterations: number;
  readonly key: Key;
}

/** What a step takes off: basis [m, r], rest [r, n], and the norm of what is in neither. */
interface Cut {
  readonly basis: Tensor;
  readonly rest: Tensor;
  readonly lost: number;
}

/** Above this share of the shorter side a sketch costs more than the whole. */
const SHARE = 0.5;
/** A range is good enough when it is told to miss this part of what a step may discard: the rest is for the cut. */
const NEAR = 0.7;
/** Below this share of the square, differences of squares have lost their digits. */
const CANCELLED = 1e-3;

/** As trainSvd(), by sketches. Call it unrecorded and in a scope; `a` stays as it is. */
export function randomTtSvd(op: string, a: Tensor, options: RandomTrainOptions): TrainSvd {
  const { eps = 0, caps, oversample = 10, iterations = 1, key, onBond } = options;
  const last = a.order - 1;
  // Only the exponent: a scaled copy would take as much memory as the tensor.
  const exponent = scope(() => powerOfTwo(op, a).exponent);
  let at: Scaled = { C: reshape(contiguous(a), [a.shape[0]!, -1]), exponent };
  const norm = sizeOf(at);
  const delta = last === 0 ? 0 : (eps * norm) / Math.sqrt(last);
  const cores: Tensor[] = [];
  const tails: number[] = [];
  for (let k = 0, r = 1; k < last; k++) {
    const m = r * a.shape[k]!;
    const C = reshape(at.C, [m, -1]);
    const before: Scaled = { C, exponent: at.exponent };
    const { basis, rest, lost } = scope(() =>
      cut(before, { delta, cap: caps[k]!, width: oversample, iterations, key: fold(key, k) }),
    );
    if (k > 0) at.C.dispose();
    at = { C: rest, exponent: 0 };
    cores.push(reshape(basis, [r, a.shape[k]!, basis.shape[1]!]));
    r = basis.shape[1]!;
    tails.push(norm === 0 ? 0 : lost / norm);
    onBond?.(k + 1, tail(tails, 0));
  }
  cores.push(reshape(timesPowerOfTwo(at.C, -at.exponent), [-1, a.shape[last]!, 1]));
  return { cores: closed({ op, cores, center: last, exponent }), tails };
}

function cut(of: Scaled, step: Step): Cut {
  const [m, n] = of.C.shape as [number, number];
  const { delta, cap, width, iterations, key } = step;
  const most = Math.floor(SHARE * Math.min(m, n));
  const hasRoom = cap + width <= most;
  const range = delta > 0 ? rangeWithin(of, NEAR * delta, width, Math.min(most, cap + width), key) : null;
  const found = range === null ? null : withRange(of, range, step);
  if (found !== null && found.missed <= delta) return found;
  // At the cap the error is what it is.
  return hasRoom ? withRange(of, rangeOfWidth(of, cap + width, iterations, key), step) : whole(of, step);
}

/** The leading part of C inside the span of Q [m, l], and what is outside of it. */
function withRange(of: Scaled, Q: Tensor, { delta, cap }: Step): Cut & { readonly missed: number } {
  const B = product(contiguous(swapAxes(Q, 0, 1)), of.C, of.exponent);
  const [all, held] = [sizeOf(of), sizeOf({ C: B, exponent: 0 })];
  const square = all * all - held * held;
  const missed = square > CANCELLED * all * all ? Math.sqrt(square) : sizeOf(of, Q, B);
  const { U, S } = svd(swapAxes(triangle(swapAxes(B, 0, 1)), 0, 1));
  const values = Float64Array.from(dataSync(S));
  const rank = Math.min(cap, chop(values, Math.sqrt(Math.max(0, delta * delta - missed * missed))));
  const first = contiguous(slice(U, [null, [0, rank]]));
  const beyond = tail(values, rank);
  const lost = Math.sqrt(missed * missed + beyond * beyond);
  return { basis: matmul(Q, first), rest: matmul(swapAxes(first, 0, 1), B), lost, missed };
}

/** The leading part of C from its factorization, where a sketch would be as wide. */
function whole({ C, exponent }: Scaled, { delta, cap }: Step): Cut {
  const [m, n] = C.shape as [number, number];
  let lost = 0;
  const choose = (S: Tensor): number => {
    const values = Float64Array.from(dataSync(S));
    const rank = Math.min(cap, chop(values, delta));
    lost = tail(values, rank);
    return rank;
  };
  if (m > n) {
    const found = tallCut(C, exponent, false, choose);
    return { ...found, lost };
  }
  const { U, S } = svd(swapAxes(triangle(swapAxes(C, 0, 1), exponent), 0, 1));
  const basis = contiguous(slice(U, [null, [0, choose(S)]]));
  return { basis, rest: product(contiguous(swapAxes(basis, 0, 1)), C, exponent), lost };
}
