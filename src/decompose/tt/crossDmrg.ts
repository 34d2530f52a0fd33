/**
 * Cross approximation that finds its ranks (Savostyanov & Oseledets 2011, DMRG-cross): in each step two modes' entries
 * over the index sets of both sides, weighted by the triangles of the interfaces so that the norm of the block is that
 * of the tensor; a truncated singular value decomposition chooses the rank, random columns look for what the index sets
 * miss. A step asks for r^2 n^2 entries and takes O(n^3 r^3).
 */

import { sub } from '../../ops/binary.ts';
import { concat } from '../../ops/concat.ts';
import { chop } from '../../ops/linalg/chop.ts';
import { qr } from '../../ops/linalg/qr.ts';
import { exponentOf, numberTimesPower } from '../../ops/linalg/scale.ts';
import { svd } from '../../ops/linalg/svd.ts';
import { triangularSolve } from '../../ops/linalg/triangularSolve.ts';
import { matmul } from '../../ops/matmul.ts';
import { normal } from '../../ops/random.ts';
import { reshape } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { norm2 } from '../../ops/statistics.ts';
import { swapAxes } from '../../ops/transpose.ts';
import { fold, type Key } from '../../random.ts';
import { own } from '../../tensor/create.ts';
import { dataSync, item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Chain, product, settle, turn } from './chain.ts';
import { NOTHING, type Sampler } from './sampler.ts';

export interface DmrgOptions {
  /** The share of the norm that the cuts of one direction may discard together. */
  readonly eps: number;
  /** Random columns that a step adds. */
  readonly kick: number;
  /** The most of the rank behind p modes, p = 1..d - 1. */
  readonly caps: readonly number[];
  readonly key: Key;
}

/** One direction of a sweep. Returns the largest |new - old| / |new| of its blocks. */
export function halfDmrg(chain: Chain, sampler: Sampler, options: DmrgOptions, visit: () => void): number {
  let most = 0;
  for (let p = 0; p < chain.cores.length - 1; p++) {
    visit();
    most = Math.max(most, step(chain, p, sampler, { ...options, key: fold(options.key, p) }));
  }
  turn(chain);
  return most;
}

/** A block of two modes and what surrounds it. */
interface Pair {
  readonly rl: number;
  readonly n: number;
  readonly m: number;
  readonly rr: number;
  /** Triangles, resident. */
  readonly left: Tensor;
  readonly right: Tensor;
}

/** Renews the cores p and p + 1, of which p is the centre before and p + 1 behind. Returns the change. */
function step(chain: Chain, p: number, sampler: Sampler, { eps, kick, caps, key }: DmrgOptions): number {
  const { sizes, cores, left, right, isReversed } = chain;
  const [before, behind] = [left[p]!, right[p + 2] ?? NOTHING];
  const size = { rl: before.count, n: sizes[p]!, m: sizes[p + 1]!, rr: behind.count };
  const { rl, n, m, rr } = size;
  const values = sampler.block(before, [n, m], behind, isReversed);
  // A power of two keeps squares in range.
  const top = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const exponent = top === 0 ? 0 : exponentOf(top);
  const scaled = (data: Float64Array, e: number): Float64Array => data.map((x) => numberTimesPower(x, e));
  const old = product(cores[p]!.data, cores[p + 1]!.data, rl * n, cores[p]!.s, m * rr);
  const cap = caps[isReversed ? cores.length - p - 1 : p + 1]!;
  const cut = { delta: eps / Math.sqrt(cores.length - 1), kick, cap, key };
  const { change, rank, basis, rest } = scope(() => {
    const pair: Pair = {
      ...size,
      left: own(chain.leftWeights[p]!, [rl, rl]),
      right: own(chain.rightWeights[p + 2]!, [rr, rr]),
    };
    const block = weighted(pair, scaled(values, -exponent));
    const whole = item(norm2(block));
    const differs = item(norm2(sub(block, weighted(pair, scaled(old, -exponent)))));
    return { change: differs === 0 ? 0 : differs / Math.max(whole, Number.MIN_VALUE), ...divided(pair, block, cut) };
  });
  const columns = basis.length / (rl * n);
  const chosen = settle(chain, p, { r: rl, n, s: columns, data: basis });
  // Only the first columns, those of the singular vectors, carry values.
  const carried = new Float64Array(columns * rank);
  for (let k = 0; k < columns; k++) carried.set(chosen.data.subarray(k * columns, k * columns + rank), k * rank);
  cores[p + 1] = { r: columns, n: m, s: rr, data: scaled(product(carried, rest, columns, rank, m * rr), exponent) };
  return change;
}

/** (W_left x I) block (I x W_right'), [rl n, m rr]. */
function weighted({ rl, n, m, rr, left, right }: Pair, values: Float64Array): Tensor {
  const once = matmul(left, own(values, [rl, n * m * rr]));
  return reshape(matmul(reshape(once, [rl * n * m, rr]), swapAxes(right, 0, 1)), [rl * n, m * rr]);
}

/**
 * The weighted block as a basis [rl n, rank + kick] times what belongs to its first columns, rest [rank, m rr], both
 * without the weights.
 */
function divided(
  { rl, n, m, rr, left, right }: Pair,
  block: Tensor,
  { delta, kick, cap, key }: { delta: number; kick: number; cap: number; key: Key },
): { rank: number; basis: Float64Array; rest: Float64Array } {
  const { U, S } = svd(block);
  const values = dataSync(S) as Float64Array;
  const norm = Math.sqrt(values.reduceRight((sum, x) => sum + x * x, 0));
  const rank = Math.min(cap, chop(values, delta * norm));
  const columns = Math.min(cap, rank + kick, values.length);
  const vectors = slice(U, [null, [0, rank]]);
  const random = normal(key, [rl * n, columns - rank], { dtype: 'f64' });
  const Q = columns === rank ? vectors : qr(concat([vectors, random], 1)).Q;
  const basis = triangularSolve(left, reshape(Q, [rl, n * columns]), { upper: true });
  const scaled = reshape(matmul(swapAxes(vectors, 0, 1), block), [rank * m, rr]);
  const rest = triangularSolve(right, swapAxes(scaled, 0, 1), { upper: true });
  return {
    rank,
    basis: dataSync(basis) as Float64Array,
    rest: dataSync(swapAxes(rest, 0, 1)) as Float64Array,
  };
}
