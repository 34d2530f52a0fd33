/**
 * Tucker by singular vectors of unfoldings. HOSVD takes all of them from the tensor itself (De Lathauwer, De Moor &
 * Vandewalle 2000); ST-HOSVD from what the modes before have left, which is cheaper, and whose error is exactly the root
 * of the sum of the squares of all discarded singular values (Vannieuwenhoven, Vandebril & Meerbergen 2012, theorem 6.4).
 * Both are within the root of the number of factors of the best.
 */

import { tail } from '../../ops/linalg/chop.ts';
import { transpose } from '../../ops/transpose.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { distance } from '../distance.ts';
import { progressed } from '../options.ts';
import { basisOf, projected, splitOff } from '../splitOff.ts';
import { chooser, type Parts, type Problem } from './problem.ts';

export interface Found extends Parts {
  /** |X|, of the scaled tensor. */
  readonly norm: number;
  /** The relative error after each mode; NaN where it is not known. */
  readonly history: readonly number[];
}

/** Modes in the order in which ST-HOSVD cuts them: those that shrink most first; short ones where that is not known. */
function orderOf({ a, modes, caps, options }: Problem): number[] {
  const size = (k: number): number => a.shape[k]!;
  const known = options.rank !== undefined;
  const gain = (k: number): number => (known ? size(k) / caps.get(k)! : 1 / size(k));
  return [...modes].sort((a, b) => gain(b) - gain(a) || a - b);
}

/** Cuts one mode after the other. */
export function sthosvd(problem: Problem): Found {
  const factors = new Map<number, Tensor>();
  const history: number[] = [];
  let norm = Number.NaN;
  let lost = 0;
  let core = problem.a;
  const order = orderOf(problem);
  order.forEach((k, step) => {
    const choose = chooser(problem, k, (values) => (step === 0 ? tail(values) : norm));
    const { exponent } = problem;
    const { U, values, rest } = splitOff(core, [k], choose, step === 0 ? { exponent } : { consumes: true });
    if (step === 0) norm = tail(values);
    const discarded = tail(values, U.shape[1]);
    lost += discarded * discarded;
    factors.set(k, U);
    core = transpose(rest, backOf(core.order, k));
    history.push(norm === 0 ? 0 : Math.sqrt(lost) / norm);
    progressed(problem.options, { step: step + 1, of: order.length, error: history.at(-1)! });
  });
  return { core, factors: inOrder(factors), norm, history };
}

/** Axes that bring the first mode of a tensor back to place k. */
function backOf(order: number, k: number): number[] {
  return Array.from({ length: order }, (_, i) => (i === k ? 0 : i < k ? i + 1 : i));
}

function inOrder(factors: ReadonlyMap<number, Tensor>): Map<number, Tensor> {
  return new Map([...factors].sort(([a], [b]) => a - b));
}

/** Cuts every mode of the whole tensor. */
export function hosvd(problem: Problem): Found {
  const { a, modes, options, exponent } = problem;
  const factors = new Map<number, Tensor>();
  let norm = Number.NaN;
  modes.forEach((k, step) => {
    const { U, values } = basisOf(a, [k], chooser(problem, k, tail), exponent);
    norm = tail(values);
    factors.set(k, U);
    progressed(options, { step: step + 1, of: modes.length, error: Number.NaN });
  });
  const { core, error } = projection(a, factors, exponent);
  return { core, factors, norm, history: [norm === 0 ? 0 : error / norm] };
}

/**
 * The core of a 2^-exponent for orthonormal factors, and what is lost: the projections commute, so the squares of what
 * each takes off the tensor that those before it have left add up to the square of the error. Nothing cancels.
 */
export function projection(a: Tensor, factors: Parts['factors'], exponent = 0): { core: Tensor; error: number } {
  const gain = (U: Tensor): number => U.shape[0]! / U.shape[1]!;
  const lost: number[] = [];
  let [core, pending] = [a, exponent];
  for (const [k, U] of [...factors].sort(([, V], [, W]) => gain(W) - gain(V))) {
    const rest = projected(core, [k], U, pending);
    const labels = core.shape.map((_, i) => `n${i}`);
    const net = { open: labels, parts: { U: [labels[k]!, 'r'], rest: ['r', ...labels.filter((_, i) => i !== k)] } };
    lost.push(distance(core, { net, parts: { U, rest } }, pending));
    if (core !== a) core.dispose();
    [core, pending] = [transpose(rest, backOf(core.order, k)), 0];
  }
  return { core, error: tail(lost) };
}
