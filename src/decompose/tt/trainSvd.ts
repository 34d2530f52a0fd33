/**
 * TT-SVD (Oseledets 2011, algorithm 1): one truncated SVD of an unfolding after the other, each allowed
 * delta = eps |A| / sqrt(d - 1), so that the whole error is at most eps |A|. The long side of an unfolding is first brought
 * down to a triangle, and the next unfolding is a projection of the last, U' C: no square of a long mode is formed and no
 * long orthogonal factor is kept. The sweep begins at the end with the shorter mode. About 2 N n (1 + r / n) operations
 * for the first step, N entries and a first mode of size n.
 */

import { contiguous } from '../../ops/contiguous.ts';
import { chop, tail } from '../../ops/linalg/chop.ts';
import { checkFinite } from '../../ops/linalg/matrices.ts';
import { exponentOf, timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { svd } from '../../ops/linalg/svd.ts';
import { triangle } from '../../ops/linalg/triangle.ts';
import { matmul } from '../../ops/matmul.ts';
import { reshape } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { swapAxes } from '../../ops/transpose.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { closed, type Gauge, moveTo } from '../../tt/gauge.ts';
import { tallCut } from './tallCut.ts';

export interface TrainSvdOptions {
  /** Default 0. */
  readonly eps?: number | undefined;
  /** The most of each bond. */
  readonly caps: readonly number[];
  /** Told after each bond, with the relative error so far. */
  readonly onBond?: (bond: number, error: number) => void;
}

/** Cores [r, n, s], all but the last with orthonormal columns, and the errors made at the bonds relative to |A|. */
export interface TrainSvd {
  readonly cores: Tensor[];
  readonly tails: readonly number[];
}

/** A long mode in front is worth beginning at the other end from this ratio on: the gauge has to move back. */
const MIRROR = 4;

/** The train of a dense tensor, its modes those of `a`. Call it unrecorded and in a scope; `a` stays as it is. */
export function trainSvd(op: string, a: Tensor, options: TrainSvdOptions): TrainSvd {
  const sizes = a.shape;
  const fromRight = sizes.length > 1 && sizes[0]! >= MIRROR * sizes.at(-1)!;
  const last = sizes.length - 1;
  // Only the exponent: a scaled copy would take as much memory as the tensor.
  const top = checkFinite(op, a);
  const exponent = top === 0 ? 0 : exponentOf(top);
  const state: Sweep = { rest: contiguous(a), pending: exponent, norm: 0, delta: 0, tails: [], isInput: true };
  const cores = new Array<Tensor>(sizes.length);
  let r = 1;
  for (let step = 0; step < last; step++) {
    const k = fromRight ? last - step : step;
    const bond = fromRight ? k - 1 : k;
    const rows = r * sizes[k]!;
    const unfolding = reshape(state.rest, fromRight ? [-1, rows] : [rows, -1]);
    const basis = cutOff(state, fromRight ? swapAxes(unfolding, 0, 1) : unfolding, bond, fromRight, options, last);
    const rank = basis.shape[1]!;
    cores[k] = fromRight
      ? reshape(contiguous(swapAxes(basis, 0, 1)), [rank, sizes[k]!, r])
      : reshape(basis, [r, sizes[k]!, rank]);
    r = rank;
    options.onBond?.(step + 1, tail(state.tails, 0));
  }
  const end = fromRight ? 0 : last;
  cores[end] = reshape(
    timesPowerOfTwo(state.rest, -state.pending),
    fromRight ? [1, sizes[0]!, r] : [r, sizes[last]!, 1],
  );
  const gauge: Gauge = { op, cores, center: end, exponent, isOwned: true };
  moveTo(gauge, last);
  return { cores: closed(gauge), tails: state.tails };
}

/** What is left to cut, times 2^pending; errors so far relative to the norm. */
interface Sweep {
  rest: Tensor;
  pending: number;
  norm: number;
  delta: number;
  readonly tails: number[];
  isInput: boolean;
}

/** Takes the leading left singular vectors [m, r] off an unfolding [m, n]; `rest` becomes [r, n], or [n, r]. */
function cutOff(
  state: Sweep,
  unfolding: Tensor,
  bond: number,
  turned: boolean,
  { eps = 0, caps }: TrainSvdOptions,
  bonds: number,
): Tensor {
  const choose = (S: Tensor): number => {
    const values = Float64Array.from(dataSync(S));
    if (state.isInput) {
      state.norm = tail(values, 0);
      state.delta = (eps * state.norm) / Math.sqrt(bonds);
    }
    const rank = Math.min(caps[bond]!, chop(values, state.delta));
    state.tails.push(state.norm === 0 ? 0 : tail(values, rank) / state.norm);
    return rank;
  };
  const { basis, rest } = scope(() => {
    const [m, n] = unfolding.shape as [number, number];
    if (m > n) return tallCut(unfolding, state.pending, turned, choose);
    const { U, S } = svd(swapAxes(triangle(swapAxes(unfolding, 0, 1), state.pending), 0, 1));
    const first = contiguous(slice(U, [null, [0, choose(S)]]));
    return { basis: first, rest: projected(first, unfolding, state.pending, turned) };
  });
  if (!state.isInput) state.rest.dispose();
  Object.assign(state, { rest, pending: 0, isInput: false });
  return basis;
}

/** U' C 2^-exponent [r, n], or its transpose: in two steps, as half the power does not leave the range of numbers. */
function projected(U: Tensor, C: Tensor, exponent: number, turned: boolean): Tensor {
  const half = Math.trunc(exponent / 2);
  const scaled = timesPowerOfTwo(U, -half);
  const product = turned ? matmul(swapAxes(C, 0, 1), scaled) : matmul(swapAxes(scaled, 0, 1), C);
  return timesPowerOfTwo(product, half - exponent);
}
