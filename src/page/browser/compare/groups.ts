/** Runs by label: means and spreads over seeds, and which labels no other beats. */

import type { CompareRun } from '../../compareData.ts';

/** The quantities of a run that are compared. */
export type Measure =
  | 'testAccuracy'
  | 'testLoss'
  | 'auc'
  | 'calibrationError'
  | 'parameters'
  | 'compression'
  | 'flops'
  | 'seconds'
  | 'epochSeconds'
  | 'peakBytes';

/** Mean, sample standard deviation (0 of one value) and how many there are; NaN of none. */
export interface Stat {
  readonly mean: number;
  readonly spread: number;
  readonly count: number;
}

export interface Group {
  readonly label: string;
  readonly method: string;
  readonly format: string;
  readonly isControl: boolean;
  /** By seed. */
  readonly runs: readonly CompareRun[];
}

export function statOf(values: readonly (number | null | undefined)[]): Stat {
  const known = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const count = known.length;
  if (count === 0) return { mean: Number.NaN, spread: 0, count };
  const mean = known.reduce((sum, value) => sum + value, 0) / count;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: count === 1 ? 0 : Math.sqrt(squares / (count - 1)), count };
}

export const measure = ({ runs }: Group, name: Measure): Stat => statOf(runs.map((run) => run[name]));

/** Methods in the order they come in, controls after them. */
export function groupsOf(runs: readonly CompareRun[]): Group[] {
  const byLabel = new Map<string, CompareRun[]>();
  for (const run of runs) {
    const same = byLabel.get(run.label);
    if (same === undefined) byLabel.set(run.label, [run]);
    else same.push(run);
  }
  const groups = [...byLabel.values()].map((same) => {
    const { label, method, format, isControl } = same[0]!;
    return { label, method, format, isControl, runs: [...same].sort((a, b) => a.seed - b.seed) };
  });
  return [...groups.filter(({ isControl }) => !isControl), ...groups.filter(({ isControl }) => isControl)];
}

/** Places of the points that no other beats: less or equal x and greater or equal y; by growing x. */
export function frontOf(points: readonly { readonly x: number; readonly y: number }[]): number[] {
  const order = points.map((_, k) => k).filter((k) => Number.isFinite(points[k]!.x) && Number.isFinite(points[k]!.y));
  order.sort((a, b) => points[a]!.x - points[b]!.x || points[b]!.y - points[a]!.y);
  let best = -Infinity;
  return order.filter((k) => {
    if (points[k]!.y <= best) return false;
    best = points[k]!.y;
    return true;
  });
}

/** The groups on the front of accuracy against a cost. */
export function bestOf(groups: readonly Group[], cost: Measure): Group[] {
  const points = groups.map((group) => ({ x: measure(group, cost).mean, y: measure(group, 'testAccuracy').mean }));
  return frontOf(points).map((k) => groups[k]!);
}

/** Ranks at the end over the seeds of a group: one number where they agree, else least and most. */
export function ranksOf({ runs }: Group): { path: string; text: string }[] {
  const paths = [...new Set(runs.flatMap(({ ranks }) => Object.keys(ranks)))];
  return paths.map((path) => {
    const bonds = [...new Set(runs.flatMap(({ ranks }) => Object.keys(ranks[path] ?? {})))];
    const texts = bonds.map((bond) => {
      const all = runs.flatMap(({ ranks }) => ranks[path]?.[bond] ?? []);
      const [least, most] = [Math.min(...all), Math.max(...all)];
      return least === most ? String(least) : `${least}–${most}`;
    });
    return { path, text: texts.join(' ') };
  });
}
