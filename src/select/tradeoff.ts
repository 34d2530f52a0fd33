/** What budgets buy: one allocation a budget, as rows of data and as a printed table. */

import { FormatError } from '../errors.ts';
import { type Allocation, allocate, type Budget, limitOf } from './allocate.ts';
import type { Candidate, Choice } from './candidate.ts';

export interface TradeoffRow {
  readonly budget: Budget;
  /** Sums over the choices. */
  readonly params: number;
  readonly flops: number;
  readonly bytes: number;
  /** Relative error of all tensors together. */
  readonly error: number;
  /** By the name of the candidate. */
  readonly ranks: Readonly<Record<string, Choice['rank']>>;
}

/**
 * An allocation for each budget, in order; budgets below the cheapest choices have no row. Throws FormatError where two
 * candidates have one name, and as allocate().
 */
export function tradeoff(candidates: readonly Candidate[], budgets: readonly Budget[]): TradeoffRow[] {
  const names = candidates.map(({ name }) => name);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) throw new FormatError('tradeoff', 'names are distinct', `'${twice}' twice`, 'rename one');
  const affordable = budgets.filter((budget) => {
    const { kind, limit } = limitOf('tradeoff', budget);
    return candidates.reduce((sum, { choices }) => sum + Math.min(...choices.map((c) => c[kind])), 0) <= limit;
  });
  return affordable.map((budget) => rowOf(candidates, budget, allocate(candidates, budget)));
}

function rowOf(candidates: readonly Candidate[], budget: Budget, { choices, error }: Allocation): TradeoffRow {
  const total = (kind: 'params' | 'flops' | 'bytes'): number => choices.reduce((sum, choice) => sum + choice[kind], 0);
  const ranks = Object.fromEntries(candidates.map(({ name }, k) => [name, choices[k]!.rank]));
  return { budget, params: total('params'), flops: total('flops'), bytes: total('bytes'), error, ranks };
}

/**
 * The rows as lines of text, columns aligned: budget, costs that are not 0 everywhere, error, a rank for each tensor.
 */
export function formatTradeoff(rows: readonly TradeoffRow[]): string {
  const kinds = (['params', 'flops', 'bytes'] as const).filter((kind) => rows.some((row) => row[kind] > 0));
  const names = Object.keys(rows[0]?.ranks ?? {});
  const table = [
    ['budget', ...kinds, 'error', ...names],
    ...rows.map(({ budget, error, ranks, ...costs }) => [
      String(limitOf('formatTradeoff', budget).limit),
      ...kinds.map((kind) => String(costs[kind])),
      error.toExponential(2),
      ...names.map((name) => showRank(ranks[name]!)),
    ]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  return table.map((line) => line.map((cell, column) => cell.padStart(widths[column]!)).join('  ')).join('\n');
}

function showRank(rank: Choice['rank']): string {
  return typeof rank === 'object' ? rank.join('-') : String(rank);
}
