/** Cutting axes into modes: an axis of size n becomes the row-major merge of d balanced factors. */

import { ShapeError } from '../errors.ts';
import type { Axis, LayoutOptions } from './format.ts';

/** Modes grow no longer than about this before an axis is cut once more. */
const LONGEST = 10;

function primesOf(n: number): number[] {
  const primes: number[] = [];
  let rest = n;
  for (let p = 2; p * p <= rest; p++) {
    while (rest % p === 0) {
      primes.push(p);
      rest /= p;
    }
  }
  if (rest > 1) primes.push(rest);
  return primes.reverse();
}

/** n as a product of `count` factors, as equal as its primes allow, in ascending order. */
export function balancedFactors(n: number, count: number): number[] {
  const factors = new Array<number>(count).fill(1);
  for (const p of primesOf(n)) {
    const smallest = factors.indexOf(Math.min(...factors));
    factors[smallest]! *= p;
  }
  return factors.sort((a, b) => a - b);
}

/** Every axis a mode of its own, unless `fold` cuts it. */
export function wholeAxes(op: string, axes: readonly Axis[], options: LayoutOptions = {}): number[][] {
  return foldAxes(
    op,
    axes,
    axes.map(() => 1),
    options,
  );
}

/** How many modes an axis of size n is cut into. */
export function modeCount(n: number): number {
  let count = 1;
  for (let reach = LONGEST; reach < n; reach *= LONGEST) count++;
  return count;
}

/**
 * The mode sizes of each axis: as the caller asks in `fold`, else `counts[k]` balanced factors.
 * Throws ShapeError where a given list does not multiply to its axis.
 */
export function foldAxes(
  op: string,
  axes: readonly Axis[],
  counts: readonly number[],
  options: LayoutOptions = {},
): number[][] {
  const { fold, rows } = options;
  if (fold === undefined && rows !== undefined) {
    const others = axes.map(({ size }, k) => (k === 0 ? [...rows] : balancedFactors(size, counts[k]!)));
    return foldAxes(op, axes, counts, { fold: others });
  }
  if (fold === undefined) return axes.map(({ size }, k) => balancedFactors(size, counts[k]!));
  if (fold.length !== axes.length) {
    throw new ShapeError(
      op,
      `fold has a list for each of ${axes.length} axes`,
      `${fold.length} lists`,
      'add the missing lists',
    );
  }
  return axes.map(({ size }, k) => {
    const modes = fold[k]!;
    const whole = modes.every((m) => Number.isInteger(m) && m >= 1);
    if (!whole || modes.reduce((n, m) => n * m, 1) !== size || modes.length === 0) {
      throw new ShapeError(
        op,
        `the modes of axis ${k} are whole numbers >= 1 and multiply to ${size}`,
        `[${modes.join(', ')}]`,
        'correct the fold',
      );
    }
    return [...modes];
  });
}
