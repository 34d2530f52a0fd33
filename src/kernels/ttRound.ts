/**
 * TT rounding in one sweep over all cores (Oseledets 2011, algorithm 2): orthogonalization from right to left, then one
 * truncated SVD a bond from left to right. O(d n r^3).
 */

import { geqrf } from './geqrf.ts';
import { gesvd } from './gesvd.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { mulBytes } from './mul.ts';
import { unset } from './samples.ts';
import { roundPlain } from './ttPlain.ts';

const fields = {
  d: 'int',
  modes: 'dims',
  ranks: 'dims',
  caps: 'dims',
  cores: 'data',
  rounded: 'data',
  newRanks: 'index',
  slots: 'slots',
} as const;

/** Bytes in front of the workspace; assembly/tt/round.ts has the same. */
const HEAD = 256;

const aligned = (bytes: number): number => 64 * Math.ceil(bytes / 64);
const largest = (values: readonly number[]): number => values.reduce((top, x) => Math.max(top, x), 0);

/** Ranks after the way from right to left: what the modes to the right can fill. */
function rightRanks(modes: readonly number[], ranks: readonly number[]): number[] {
  const found = [...ranks];
  for (let k = modes.length - 1; k > 0; k--) found[k] = Math.min(ranks[k]!, modes[k]! * found[k + 1]!);
  return found;
}

/**
 * The most that the SVD of [q n, c] takes for any q up to `most`: it grows with q but where the method changes, at a side
 * of 7 and where the sides are equal or one is half as long again.
 */
function svdBytes(n: number, most: number, c: number, bytes: number): number {
  const turns = [7, (2 * c - 1) / 3, (2 * c) / 3, c - 1, c, 1.5 * c, most * n];
  const sizes = turns.map((m) => n * Math.min(most, Math.max(1, Math.floor(m / n))));
  return largest([...new Set(sizes)].map((m) => gesvd.scratch!({ batch: 1, m, n: c, vectors: 1 }, bytes)));
}

function scratch(modes: readonly number[], ranks: readonly number[], caps: readonly number[], bytes: number): number {
  const sizes = modes.map((n, k) => ranks[k]! * n * ranks[k + 1]!);
  const right = rightRanks(modes, ranks);
  const rank = largest(ranks);
  const tails: number[] = [];
  let left = 1;
  for (let k = 0; k + 1 < modes.length; k++) {
    const [n, c] = [modes[k]!, right[k + 1]!];
    tails.push(svdBytes(n, left, c, bytes));
    left = Math.min(caps[k]!, left * n, c);
    const [m, r] = [modes[k + 1]! * right[k + 2]!, ranks[k + 1]!];
    tails.push(geqrf.scratch!({ batch: 1, m, n: r, columns: Math.min(m, r) }, bytes));
    tails.push(mulBytes(ranks[k]! * n, c, ranks[k + 1]!, bytes), mulBytes(left, m, c, bytes));
  }
  const own = [sizes.reduce((a, b) => a + b, 0), largest(sizes), largest(sizes), largest(sizes), rank * rank, rank];
  return HEAD + 4 * modes.length + 68 + own.reduce((sum, n) => sum + aligned(n * bytes), 0) + largest(tails);
}

/**
 * A train of d >= 2 cores [r_k, n_k, r_{k+1}], which lie one behind the other in `cores`, with `modes` n_0 ... n_{d-1} and
 * `ranks` r_0 = 1, r_1, ..., r_d = 1. `rounded` gets the new cores, packed alike, `newRanks` [d + 1] their ranks, none above
 * `caps` [d - 1]; it needs no more room than `cores`. All but the last have orthonormal columns [r n, s].
 * slots [5]: eps and atol are read; the norm, the error and an exponent e are written: both, and the tensor of the new
 * cores, count in units of 2^e. |x - y| <= max(eps |x|, atol) but for caps. The cores must be finite.
 */
export const ttRound: Kernel<typeof fields> = defineKernel({
  name: 'ttRound',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: () => 1,
  scratch: ({ modes, ranks, caps }, bytes) => scratch(modes, ranks, caps, bytes),
  flops: ({ modes, ranks }) =>
    modes.reduce((sum, n, k) => sum + n * ranks[k]! * ranks[k + 1]! * (8 * ranks[k]! + 24 * ranks[k + 1]!), 0),
  reference(a) {
    if (a.begin < a.end) roundPlain(a);
  },
  /** 0 exact, 1 and 2 by eps, 3 by atol; the most of every bond, 0 for none; n_0, r_1, n_1, r_2, ..., n_{d-1}. */
  cases: [
    [0, 0, 1, 1, 1],
    [0, 0, 3, 2, 4],
    [1, 0, 5, 5, 5],
    [0, 0, 2, 7, 3, 9, 2],
    [0, 2, 4, 3, 1, 4, 5],
    [2, 0, 4, 4, 4, 6, 4, 4, 4],
    [1, 0, 6, 5, 6, 12, 6, 12, 6, 5, 6],
    [3, 0, 3, 3, 3, 3, 3],
    [2, 3, 40, 8, 3, 9, 2],
    [1, 0, 2, 9, 60, 11, 3],
    [0, 0, 1, 3, 20, 1, 5],
    [1, 20, 30, 30, 4, 40, 30],
    [0, 0, ...new Array<number[]>(30).fill([2, 3]).flat(), 2],
  ],
  sample([level, most, ...rest], random) {
    const modes = rest.filter((_, k) => k % 2 === 0);
    const ranks = [1, ...rest.filter((_, k) => k % 2 === 1), 1];
    const size = modes.reduce((sum, n, k) => sum + ranks[k]! * n * ranks[k + 1]!, 0);
    return {
      ...{ d: modes.length, modes, ranks },
      caps: ranks.slice(1, -1).map((r) => (most === 0 ? r : Math.min(r, most!))),
      cores: Float64Array.from({ length: size }, () => random()),
      rounded: unset(size),
      newRanks: new Int32Array(modes.length + 1),
      slots: Float64Array.of([0, 1e-2, 0.3, 0][level!]!, level === 3 ? 0.5 : 0, 0, 0, 0),
    };
  },
});
