/** Cutting the rows of a table into modes that may have room to spare: counts of data are seldom round numbers. */

import { ShapeError } from '../errors.ts';

/**
 * Mode sizes for a table of `count` rows, as equal as can be with the least padding: [24, 28] for 671,
 * [18, 21, 24] for 9066. Their product is at least `count`.
 */
export function rowModes(count: number, modes: number): number[] {
  if (!Number.isSafeInteger(count) || count < 1 || !Number.isInteger(modes) || modes < 1) {
    throw new ShapeError('rowModes', 'rows and modes are whole numbers >= 1', `${count}, ${modes}`, 'correct them');
  }
  if (modes === 1) return [count];
  const root = rootOf(count, modes);
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  // Near the root there are enough choices for little padding; farther away modes get uneven.
  for (let first = Math.max(1, Math.floor(0.8 * root)); first <= root; first++) {
    const found = [first, ...rowModes(Math.ceil(count / first), modes - 1)];
    const room = found.reduce((n, m) => n * m, 1);
    if (room <= least) [best, least] = [found, room];
  }
  return best.sort((a, b) => a - b);
}

/** The smallest whole r with r^power >= n. */
function rootOf(n: number, power: number): number {
  let [low, high] = [1, n];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    let product = 1;
    for (let k = 0; k < power && product < n; k++) product *= middle;
    if (product >= n) high = middle;
    else low = middle + 1;
  }
  return low;
}
