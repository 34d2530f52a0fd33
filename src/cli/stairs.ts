/** Ranks over a run, as a row of bars. */

export interface Stair {
  readonly weight: string;
  readonly bond: string;
  readonly first: number;
  readonly last: number;
  /** One bar a line, the highest rank of the weight full height. */
  readonly drawn: string;
}

const BARS = '▁▂▃▄▅▆▇█';

/** The bonds of all low-rank weights in the lines of a log that have ranks: those that end an epoch. */
export function stairs(lines: readonly Readonly<Record<string, unknown>>[]): Stair[] {
  const epochs = lines.flatMap(({ ranks }) => (ranks === undefined ? [] : [ranks as Record<string, Ranks>]));
  const [begin] = epochs;
  if (begin === undefined) return [];
  return Object.entries(begin).flatMap(([weight, bonds]) => {
    const of = (bond: string): number[] => epochs.map((ranks) => ranks[weight]?.[bond] ?? 0);
    const most = Math.max(...Object.keys(bonds).flatMap(of));
    return Object.keys(bonds).map((bond) => {
      const ranks = of(bond);
      const drawn = ranks.map((r) => BARS[Math.max(0, Math.ceil((8 * r) / most) - 1)]).join('');
      return { weight, bond, first: ranks[0]!, last: ranks.at(-1)!, drawn };
    });
  });
}

type Ranks = Readonly<Record<string, number>>;
