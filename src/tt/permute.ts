/**
 * Another order of the axes: neighbouring cores are exchanged by an SVD of their product until they stand in the order
 * asked for. Each exchange may change the rank between the two. O(n^3 r^3) an exchange.
 */

import { ShapeError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { mul } from '../ops/binary.ts';
import { contiguous } from '../ops/contiguous.ts';
import { chop } from '../ops/linalg/chop.ts';
import { numberTimesPower } from '../ops/linalg/scale.ts';
import { svd } from '../ops/linalg/svd.ts';
import { matmul } from '../ops/matmul.ts';
import { expandDims, reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { transpose } from '../ops/transpose.ts';
import { dataSync } from '../tensor/read.ts';
import { scope, unrecorded } from '../tensor/scope.ts';
import { centerNorm, closed, type Gauge, gaugeOf, moveTo } from './gauge.ts';
import { checkRound, type RoundOptions } from './round.ts';
import { layTrain, type Mode, modesByAxis, modesByCore, type Train, trainOf } from './train.ts';

/** What exchanges cut without being asked: rounding errors, in units of the spacing of numbers at 1. */
const NOISE = { f32: 1.9073486328125e-6, f64: 3.552713678800501e-15 } as const;

/**
 * The train with axis order[k] of x as axis k, the cores in the new order. Its error is at most max(eps |x|, atol); without
 * options only rounding errors are cut, 16 units for each exchange. Carries no gradient. Throws ShapeError unless `order`
 * names each axis once and x is a tensor train, RankError for options that are not understood.
 */
export function permute(x: Factored, order: readonly number[], options: RoundOptions = {}): Factored {
  const axes = modesByAxis(x);
  const modes = modesByCore('permute', x);
  if (order.length !== axes.length || !axes.every((_, k) => order.includes(k))) {
    const rule = `the order names each of ${axes.length} axes once`;
    throw new ShapeError('permute', rule, `[${order.join(', ')}]`, 'correct the order');
  }
  if (modes.some((own) => own.length !== 1)) {
    throw new ShapeError('permute', 'x is a tensor train', x.format, 'exchange rows and columns with transpose()');
  }
  const train = trainOf('permute', x);
  const wanted = order.map((axis) => axes[axis]!);
  const swaps = exchanges(modes.flat(), wanted.flat());
  const none = options.eps === undefined && options.atol === undefined && options.maxRank === undefined;
  const given: RoundOptions = none ? { eps: NOISE[train.dtype] * swaps.length } : options;
  const caps = checkRound('permute', given, train.cores.length - 1);
  const cores = unrecorded(() =>
    scope(() => (swaps.length === 0 ? train.cores : exchanged(train, swaps, given, caps))),
  );
  return layTrain(
    cores,
    wanted.flat().map((mode) => [mode]),
    wanted,
  );
}

/** Positions of the pairs to exchange, one after the other. */
function exchanges(from: readonly Mode[], to: readonly Mode[]): number[] {
  const place = new Map(to.map(({ label }, k) => [label, k]));
  const now = from.map(({ label }) => place.get(label)!);
  const swaps: number[] = [];
  for (let end = 1; end < now.length; end++) {
    for (let k = end; k > 0 && now[k - 1]! > now[k]!; k--) {
      [now[k - 1], now[k]] = [now[k]!, now[k - 1]!];
      swaps.push(k - 1);
    }
  }
  return swaps;
}

function exchanged(
  train: Train,
  swaps: readonly number[],
  { eps = 0, atol = 0 }: RoundOptions,
  caps: readonly number[],
) {
  const gauge = gaugeOf('permute', train, swaps[0]!);
  // The errors of exchanges need not be orthogonal to one another: their sum is what counts.
  const allowed = Math.max(eps * centerNorm(gauge), numberTimesPower(atol, -gauge.exponent)) / swaps.length;
  const start = gauge.exponent;
  for (const k of swaps) {
    moveTo(gauge, k);
    exchange(gauge, k, numberTimesPower(allowed, start - gauge.exponent), caps[k]!);
  }
  return closed(gauge);
}

/** Cores k and k + 1 change places; the center moves from k to k + 1. */
function exchange(gauge: Gauge, k: number, delta: number, cap: number): void {
  const [A, B] = [gauge.cores[k]!, gauge.cores[k + 1]!];
  const [r, n, t] = A.shape as [number, number, number];
  const [, m, s] = B.shape as [number, number, number];
  const both = reshape(matmul(reshape(A, [r * n, t]), reshape(B, [t, m * s])), [r, n, m, s]);
  const { U, S, Vt } = svd(reshape(transpose(both, [0, 2, 1, 3]), [r * m, n * s]));
  const rank = Math.min(cap, chop(Float64Array.from(dataSync(S)), delta));
  gauge.cores[k] = reshape(contiguous(slice(U, [null, [0, rank]])), [r, m, rank]);
  const rest = mul(expandDims(slice(S, [[0, rank]]), 1), slice(Vt, [[0, rank]]));
  gauge.cores[k + 1] = reshape(rest, [rank, n, s]);
  gauge.center = k + 1;
}
