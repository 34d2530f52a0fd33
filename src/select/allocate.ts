/**
 * One budget over many tensors: a choice for each, so that the sum of losses is small and the sum of costs within the
 * budget. Steps along the lower convex hulls are taken by gain for cost (Fox 1966; Shoham & Gersho 1988): optimal,
 * among all choices, for every budget at which a step ends. What is left is spent by the same rule on steps that still
 * fit, and on choices above the hulls. Never above the budget; a larger budget never loses more; the loss exceeds the
 * optimum by less than the gain of the first step that did not fit. O(n log n) for n choices, and O(n) for each step
 * that does not fit.
 */

import { FormatError, RankError } from '../errors.ts';
import { type Candidate, type Choice, checkCandidate } from './candidate.ts';
import { frontier, lowerHull, type Point, slope } from './hull.ts';

/** One of three. */
export interface Budget {
  readonly maxParams?: number;
  readonly maxFlops?: number;
  readonly maxBytes?: number;
}

export interface Allocation {
  /** For each candidate, in order. */
  readonly choices: readonly Choice[];
  /** Of the kind that the budget limits, in all. */
  readonly cost: number;
  /** The sum of weighted squared errors. */
  readonly loss: number;
  /** sqrt(loss / energy) of all candidates together: a relative error. */
  readonly error: number;
}

const KINDS = { maxParams: 'params', maxFlops: 'flops', maxBytes: 'bytes' } as const;

/** What a budget limits, and its limit. Throws FormatError unless there is one limit >= 0. */
export function limitOf(op: string, budget: Budget): { kind: 'params' | 'flops' | 'bytes'; limit: number } {
  const given = Object.entries(budget ?? {}).filter(([, value]) => value !== undefined);
  const [name, limit] = given[0] ?? ['', 0];
  if (given.length !== 1 || !Object.hasOwn(KINDS, name) || !(typeof limit === 'number' && limit >= 0)) {
    const rule = 'a budget is one of maxParams, maxFlops and maxBytes, and >= 0';
    throw new FormatError(op, rule, JSON.stringify(budget) ?? String(budget), 'write { maxParams: 10000 }');
  }
  return { kind: KINDS[name as keyof typeof KINDS], limit };
}

/**
 * A choice for each candidate within one budget.
 * Throws RankError where even the cheapest choices are above it, FormatError for a budget that is not understood.
 */
export function allocate(candidates: readonly Candidate[], budget: Budget): Allocation {
  const { kind, limit } = limitOf('allocate', budget);
  for (const candidate of candidates) checkCandidate('allocate', candidate);
  const ladders = candidates.map(({ choices }, k) => new Ladder(k, choices, kind));
  const least = ladders.reduce((sum, { at }) => sum + at.cost, 0);
  if (least > limit) {
    throw new RankError('allocate', `the cheapest choices cost ${least} ${kind}`, `a budget of ${limit}`, 'allow more');
  }
  let left = limit - least;
  const waiting = new Heap(ladders);
  for (let ladder = waiting.first; ladder !== undefined; ladder = waiting.first) {
    const cost = ladder.next!.cost - ladder.at.cost;
    if (cost <= left) {
      left -= cost;
      ladder.take();
    } else ladder.skip();
    waiting.settle();
  }
  return summary(candidates, ladders, kind);
}

function summary(
  candidates: readonly Candidate[],
  ladders: readonly Ladder[],
  kind: 'params' | 'flops' | 'bytes',
): Allocation {
  const choices = candidates.map(({ choices: all }, k) => all[ladders[k]!.at.index]!);
  const loss = choices.reduce((sum, choice) => sum + choice.loss, 0);
  const energy = candidates.reduce((sum, candidate) => sum + candidate.energy, 0);
  const cost = choices.reduce((sum, choice) => sum + choice[kind], 0);
  return { choices, cost, loss, error: loss === 0 ? 0 : Math.sqrt(loss / energy) };
}

/** The way of one candidate from its cheapest choice up. */
class Ladder {
  readonly place: number;
  /** The choice now. */
  at: Point;
  /** Choices that may still come, by cost, from the present one on. */
  #points: Point[];
  /** The hull over them, and where on it the present choice stands. */
  #hull: Point[];
  #step = 0;

  constructor(place: number, choices: readonly Choice[], kind: 'params' | 'flops' | 'bytes') {
    this.place = place;
    this.#points = frontier(choices.map((choice, index) => ({ index, cost: choice[kind], loss: choice.loss })));
    this.#hull = lowerHull(this.#points);
    this.at = this.#points[0]!;
  }

  get next(): Point | undefined {
    return this.#hull[this.#step + 1];
  }

  /** What the next step gains for its cost; -1 at the end. */
  get gain(): number {
    const { next } = this;
    return next === undefined ? -1 : slope(this.at, next);
  }

  take(): void {
    this.at = this.next!;
    this.#step++;
  }

  /**
   * Gives up all that costs as much as the next step. What lies before it lies above the hull: those steps gain less
   * for their cost than the one given up, which is why a larger budget never loses more.
   */
  skip(): void {
    const end = this.next!.cost;
    this.#points = this.#points.filter(({ cost }) => cost >= this.at.cost && cost < end);
    this.#hull = lowerHull(this.#points);
    this.#step = 0;
  }
}

/** Ladders in a binary heap, the greatest gain first, of equal ones the first in the list. */
class Heap {
  readonly #items: Ladder[];

  constructor(ladders: readonly Ladder[]) {
    this.#items = ladders.filter(({ next }) => next !== undefined);
    for (let k = this.#items.length >> 1; k >= 0; k--) this.#sink(k);
  }

  get first(): Ladder | undefined {
    return this.#items[0];
  }

  /** Restores the order after the first one has moved on. */
  settle(): void {
    if (this.#items[0]!.next === undefined) {
      const last = this.#items.pop()!;
      if (this.#items.length === 0) return;
      this.#items[0] = last;
    }
    this.#sink(0);
  }

  #sink(from: number): void {
    const items = this.#items;
    for (let k = from, child = 2 * k + 1; child < items.length; k = child, child = 2 * k + 1) {
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, items[k]!)) return;
      [items[k], items[child]] = [items[child]!, items[k]!];
    }
  }
}

function before(a: Ladder, b: Ladder): boolean {
  const [left, right] = [a.gain, b.gain];
  return left > right || (left === right && a.place < b.place);
}
