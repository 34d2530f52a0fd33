/**
 * The ranks of weights that are decomposed while they train: from the spectra of their unfoldings by evidence
 * (Nakajima et al. 2013), energy or stable rank (Wang et al. 2023), from one budget for the whole network, or as asked.
 */

import { FormatError, RankError } from '../errors.ts';
import { bondsOf, countOf, type Network, type Sizes } from '../formats/network.ts';
import { feasibleRanks, type RankRequest } from '../formats/rank.ts';
import { isTree } from '../formats/treeNetwork.ts';
import { allocate } from '../select/allocate.ts';
import type { Candidate, Choice } from '../select/candidate.ts';
import { energy } from '../select/energy.ts';
import { type Cut, forecast } from '../select/forecast.ts';
import { Spectra } from '../select/spectra.ts';
import { vbmf } from '../select/vbmf.ts';
import type { Form } from './forms.ts';

export const rankRules = ['evbmf', 'energy', 'stable', 'budget', 'target'] as const;
export type RankRule = (typeof rankRules)[number];

export interface RankOptions {
  readonly rule: RankRule;
  /** Share of the energy that a bond keeps by the rule 'energy'. */
  readonly energy: number;
  /** No rank that is found is below this. */
  readonly floor: number;
  /** What is asked for: the ranks by the rule 'target', the parameters of all forms by the rule 'budget'. */
  readonly rank: RankRequest;
  /** By the rule 'stable': full over stable rank of each weight when it was fresh, by path. */
  readonly scales?: Readonly<Record<string, number>>;
}

/**
 * Where evidence finds less than this, the energy decides; a kernel in which some unfolding is nothing but noise stays
 * dense (Elhoushi et al. 2019, their public code).
 */
const LEAST_EVIDENCE = 2;
const FALLBACK_ENERGY = 0.85;

/** Ranks by bond of every form, in order; undefined for one that stays dense, since it would not get smaller. */
export function ranksOfForms(forms: readonly Form[], options: RankOptions): (Sizes | undefined)[] {
  const found = options.rule === 'budget' ? budgeted(forms, options) : forms.map((form) => ranksOf(form, options));
  return found.map((ranks, k) => {
    const { layout, weight } = forms[k]!;
    if (ranks === undefined || bondsOf(layout.net).length === 0) return undefined;
    const floored =
      options.rule === 'target' || options.rule === 'budget' ? ranks : withFloor(forms[k]!, ranks, options.floor);
    return countOf(layout.net, { ...layout.modes, ...floored }) < weight.size ? floored : undefined;
  });
}

function ranksOf(form: Form, options: RankOptions): Sizes | undefined {
  const { format, layout, site } = form;
  if (options.rule === 'target') return feasibleRanks(format, layout, options.rank).ranks;
  const cuts = cutsOf(form);
  const isKernel = site.axes.some(({ role }) => role === 'window');
  if (isKernel && options.rule === 'evbmf' && cuts.some((cut) => evidenceOf(cut) === 0)) return undefined;
  const ranks: Record<string, number> = {};
  for (const cut of cuts) {
    const scale = options.scales?.[site.path] ?? 1;
    ranks[cut.bond] = Math.max(ranks[cut.bond] ?? 1, ruled(cut, options, scale));
  }
  if (bondsOf(layout.net).every((bond) => bond in ranks)) return ranks;
  throw new RankError(format.name, 'every bond has a spectrum', `a circle in ${site.path}`, "use the rule 'target'");
}

/** The rank of one unfolding. */
function ruled({ values, shape }: Cut, { rule, energy: share }: RankOptions, scale: number): number {
  const s = Float64Array.from(values);
  if (rule === 'energy') return energy(s, share);
  if (rule === 'stable') return Math.min(s.length, Math.max(1, Math.ceil(scale * stableRank(s))));
  const rank = evidenceOf({ values, shape });
  return rank < LEAST_EVIDENCE ? energy(s, FALLBACK_ENERGY) : rank;
}

function evidenceOf({ values, shape }: Pick<Cut, 'values' | 'shape'>): number {
  return vbmf(Float64Array.from(values), { rows: shape[0], columns: shape[1] }).rank;
}

/** |A|_F^2 / |A|_2^2, between 1 and the rank; 0 for a matrix of zeros. */
export function stableRank(s: ArrayLike<number>): number {
  const top = s[0] ?? 0;
  let sum = 0;
  for (let k = 0; k < s.length; k++) sum += (s[k]! / top) * (s[k]! / top);
  return top === 0 ? 0 : sum;
}

/**
 * The unfoldings that say something about each bond. The one bond of a canonical polyadic form has as many as there are
 * modes: its rank is at least that of every unfolding (Kolda & Bader 2009, section 3.1).
 */
export function cutsOf({ weight, layout }: Form): Cut[] {
  const spectra = new Spectra(weight);
  if (isTree(layout.net)) return spectra.cuts(layout);
  const bonds = bondsOf(layout.net);
  const { open, parts } = layout.net;
  const isPolyadic = bonds.length === 1 && Object.values(parts).every((labels) => labels.includes(bonds[0]!));
  if (!isPolyadic) return [];
  const star: Network = {
    open,
    parts: {
      core: open.map((mode) => `s:${mode}`),
      ...Object.fromEntries(open.map((mode, k) => [`factor${k}`, [mode, `s:${mode}`]])),
    },
  };
  return spectra.cuts({ ...layout, net: star }).map((cut) => ({ ...cut, bond: bonds[0]! }));
}

/** Ranks not below the floor, as far as the layout has use for it. */
function withFloor({ layout }: Form, ranks: Sizes, floor: number): Sizes {
  const raised = Object.entries(ranks).map(([bond, r]) => [bond, Math.min(layout.bounds[bond]!, Math.max(r, floor))]);
  return Object.fromEntries(raised);
}

/** Relative errors of each bond at which a form is offered to the budget: in equal steps of energy, and small ones. */
const ERRORS: readonly number[] = [
  ...[0.01, 0.02, 0.04, 0.07],
  ...Array.from({ length: 128 }, (_, k) => Math.sqrt((k + 1) / 128)),
];

/**
 * The ranks at which all forms together store at most what is asked and lose least (select.allocate over the spectra). A
 * share is one of the dense parameters of all of them.
 */
function budgeted(forms: readonly Form[], { rank, floor }: RankOptions): (Sizes | undefined)[] {
  const dense = forms.reduce((n, { weight }) => n + weight.size, 0);
  const limit = budgetOf(rank, dense);
  const offers = forms.map((form) => offerOf(form, floor));
  const { choices } = allocate(
    offers.map(({ candidate }) => candidate),
    { maxParams: limit },
  );
  return choices.map(({ rank: chosen }, k) => (chosen === 'dense' ? undefined : offers[k]!.ranks(chosen)));
}

function budgetOf(rank: RankRequest, dense: number): number {
  if (typeof rank === 'number' && rank > 0 && rank < 1) return Math.floor(rank * dense);
  if (typeof rank === 'object' && 'maxParams' in rank && rank.maxParams >= 1) return Math.floor(rank.maxParams);
  const got = JSON.stringify(rank);
  throw new FormatError(
    'early',
    'a budget is a share below 1 or params:N',
    got,
    'give --rank 0.1 or --rank params:5000',
  );
}

/** What a form loses and costs at ranks that are not below the floor, and dense. */
function offerOf(form: Form, floor: number): { candidate: Candidate; ranks: (chosen: Choice['rank']) => Sizes } {
  const { layout, weight, site } = form;
  const bonds = bondsOf(layout.net);
  const cuts = cutsOf(form);
  const squares = Array.from(cuts[0]?.values ?? [], (x) => x * x).reduce((a, b) => a + b, 0);
  const choices: Choice[] = [{ rank: 'dense', loss: 0, params: weight.size, flops: 0, bytes: 0 }];
  if (bonds.every((bond) => cuts.some((cut) => cut.bond === bond))) {
    for (const error of ERRORS) {
      // The forecast shares its error among the cuts.
      const found = forecast(layout, cuts, error * Math.sqrt(cuts.length));
      const ranks = withFloor(form, found.ranks, floor);
      const rank = bonds.map((bond) => ranks[bond]!);
      const params = countOf(layout.net, { ...layout.modes, ...ranks });
      // An upper bound where the floor has lifted a rank.
      const loss = Math.min(1, found.error * found.error) * squares;
      choices.push({ rank, loss, params, flops: 0, bytes: 0 });
    }
  }
  const ranks = (chosen: Choice['rank']): Sizes =>
    Object.fromEntries(bonds.map((bond, k) => [bond, (chosen as readonly number[])[k]!]));
  return { candidate: { name: site.path, energy: squares, choices }, ranks };
}
