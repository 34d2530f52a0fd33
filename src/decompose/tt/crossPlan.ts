/** What a cross approximation was asked for, checked; and how it starts. */

import { type Real, realDtypes } from '../../dtype.ts';
import { DtypeError, FormatError, RankError } from '../../errors.ts';
import type { Layout } from '../../formats/format.ts';
import { bondsOf } from '../../formats/network.ts';
import { tt } from '../../formats/tt.ts';
import { normal } from '../../ops/random.ts';
import { fold, type Key, key } from '../../random.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import { checkShape, layoutOf, rankCaps } from '../modes.ts';
import { checkOptions, type DecomposeOptions } from '../options.ts';
import type { Core } from './chain.ts';

export interface CrossOptions extends DecomposeOptions {
  /**
   * `fixed` keeps the ranks asked for and looks at fibres of one mode; `dmrg` finds ranks for `eps`, with `rank` as a
   * cap, and looks at two modes at once: at all entries, where there are no more. Default: `dmrg` where there is an
   * `eps`.
   */
  readonly method?: 'dmrg' | 'fixed';
  /** Most sweeps there and back; default 10. */
  readonly sweeps?: number;
  /** Random columns that each step of `dmrg` adds to a basis; default 2. */
  readonly kick?: number;
  /** Random entries on which the error is estimated; default 256. They count as evaluations. */
  readonly check?: number;
  /** Of the cores; all is computed in f64. Default f64. */
  readonly dtype?: Real;
}

/**
 * What ranks are chosen for where no eps is given, and the least that is: below it, ranks would follow rounding errors.
 */
const [DEFAULT_EPS, LEAST_EPS] = [1e-12, 1e-14];

export interface CrossPlan {
  readonly layout: Layout;
  /** Of the modes. */
  readonly sizes: readonly number[];
  /** The most of the rank behind p modes, 1 at both ends: of the result. */
  readonly ranks: readonly number[];
  /** The same while it is sought: random columns come on top. */
  readonly caps: readonly number[];
  readonly method: 'dmrg' | 'fixed';
  /** The error that ends sweeps; where none was asked for, one that rounding leaves. */
  readonly eps: number;
  readonly isAsked: boolean;
  readonly sweeps: number;
  readonly kick: number;
  readonly check: number;
  readonly dtype: Real;
  readonly key: Key;
}

/** Throws ShapeError, RankError, FormatError and DtypeError for what is not understood. */
export function planOf(shape: readonly number[], options: CrossOptions): CrossPlan {
  checkShape('tt.cross', shape);
  checkOptions('tt.cross', options);
  const { rank, eps, fold: folds, method = eps === undefined ? 'fixed' : 'dmrg', seed = 0 } = options;
  const { sweeps = 10, kick = 2, check = 256, dtype = 'f64' } = options;
  if (method !== 'dmrg' && method !== 'fixed') {
    throw new FormatError('tt.cross', "a method is 'dmrg' or 'fixed'", `'${String(method)}'`, 'choose one of them');
  }
  if (method === 'fixed' && rank === undefined) {
    throw new RankError('tt.cross', "the method 'fixed' has a rank", 'none', "give a rank, or take 'dmrg'");
  }
  checkCount('kick', kick, 0);
  checkCount('check', check, 1);
  if (!realDtypes.includes(dtype))
    throw new DtypeError('tt.cross', 'cores are f32 or f64', String(dtype), 'choose one');
  const layout = layoutOf(tt, shape, { fold: folds });
  const sizes = layout.net.open.map((label) => layout.modes[label]!);
  const asked = rankCaps(tt, layout, rank);
  const ranks = feasible([1, ...bondsOf(layout.net).map((bond) => asked[bond]!), 1], sizes);
  const caps = method === 'fixed' ? ranks : feasible([1, ...ranks.slice(1, -1).map((r) => r + kick), 1], sizes);
  const goal = { eps: Math.max(eps ?? DEFAULT_EPS, LEAST_EPS), isAsked: eps !== undefined };
  return { layout, sizes, ranks, caps, method, ...goal, sweeps, kick, check, dtype, key: fold(key(seed), 'cross') };
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new FormatError('tt.cross', `${name} is a whole number >= ${least}`, String(value), 'correct it');
}

/** Ranks r_0..r_d that neighbours can fill: r_p <= r_{p-1} n_p and r_{p-1} <= n_p r_p. */
function feasible(ranks: readonly number[], sizes: readonly number[]): number[] {
  const out = [...ranks];
  sizes.forEach((n, p) => {
    out[p + 1] = Math.min(out[p + 1]!, out[p]! * n);
  });
  for (let p = sizes.length - 1; p >= 0; p--) out[p] = Math.min(out[p]!, sizes[p]! * out[p + 1]!);
  return out;
}

/** Random cores, from which the first index sets are chosen: of the ranks asked for, or of ranks 2. */
export function startOf({ ranks: caps, sizes, method, key: from }: CrossPlan): Core[] {
  const ranks =
    method === 'fixed'
      ? caps
      : feasible(
          caps.map((cap) => Math.min(cap, 2)),
          sizes,
        );
  return sizes.map((n, p) => {
    const [r, s] = [ranks[p]!, ranks[p + 1]!];
    const data = scope(() => dataSync(normal(fold(from, 'start', p), [r, n, s], { dtype: 'f64' })));
    return { r, n, s, data: data as Float64Array };
  });
}
