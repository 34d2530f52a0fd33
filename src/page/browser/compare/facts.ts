/** What the table says, in a few sentences; the controls are given their say. */

import { bestOf, type Group, measure } from './groups.ts';
import { counted, fixed, percentOf, time } from './show.ts';

export interface Fact {
  readonly title: string;
  readonly value: string;
  readonly text: string;
  readonly label: string;
}

/** Accuracy that may be given up for a smaller or faster net: one point. */
const POINT = 0.01;

const accuracy = (group: Group): number => measure(group, 'testAccuracy').mean;
const size = (group: Group): number => measure(group, 'parameters').mean;
const cost = (group: Group): number => measure(group, 'seconds').mean;

function least(groups: readonly Group[], by: (group: Group) => number): Group | undefined {
  return groups.reduce<Group | undefined>(
    (best, one) => (best === undefined || by(one) < by(best) ? one : best),
    undefined,
  );
}

/** The rival of a group: the most accurate of the other side that stores no more than 5 % more. */
function rivalOf(group: Group, groups: readonly Group[]): Group | undefined {
  const rivals = groups.filter((one) => one.isControl !== group.isControl && size(one) <= 1.05 * size(group));
  return least(rivals, (one) => -accuracy(one));
}

function against(group: Group, groups: readonly Group[]): string {
  const rival = rivalOf(group, groups);
  const side = group.isControl ? 'method' : 'control';
  if (rival === undefined) return `No ${side} stores as little.`;
  const points = 100 * (accuracy(group) - accuracy(rival));
  const than = `${fixed(Math.abs(points), 2)} points ${points >= 0 ? 'above' : 'below'}`;
  return `${than} ${rival.label}, the best ${side} that stores no more.`;
}

export function factsOf(all: readonly Group[]): Fact[] {
  const groups = all.filter((group) => Number.isFinite(accuracy(group)));
  const best = least(groups, (group) => -accuracy(group));
  if (best === undefined) return [];
  const dense = groups.find(({ method }) => method === 'dense');
  const goal = dense ?? best;
  const close = groups.filter((group) => accuracy(group) >= accuracy(goal) - POINT);
  const small = least(close, size)!;
  const fast = least(close, cost)!;
  const front = bestOf(groups, 'parameters');
  const controls = front.filter(({ isControl }) => isControl).length;
  const spread = measure(best, 'testAccuracy');
  const within = `within one point of ${dense?.label ?? 'the best'}`;
  const facts = [
    {
      title: 'Most accurate',
      value: `${percentOf(spread.mean)}${spread.count > 1 ? ` ± ${fixed(100 * spread.spread, 2)}` : ''}`,
      text: `${counted(size(best))} parameters. ${best.isControl ? 'It is a control.' : ''}`.trim(),
      label: best.label,
    },
    {
      title: `Smallest ${within}`,
      value: `${counted(size(small))} parameters`,
      text: `${fixed(measure(small, 'compression').mean, 1)}x smaller than dense. ${against(small, groups)}`,
      label: small.label,
    },
    {
      title: `Quickest ${within}`,
      value: time(cost(fast)),
      text: fast === goal ? 'No other is as quick.' : `${goal.label} took ${time(cost(goal))}.`,
      label: fast.label,
    },
  ];
  if (new Set(groups.map(({ isControl }) => isControl)).size < 2) return facts;
  const text =
    controls === 0 ? 'No control is on it.' : `${controls} ${controls === 1 ? 'is a control' : 'are controls'}.`;
  const value = `${front.length - controls} of ${front.length} are methods`;
  return [...facts, { title: 'On the front of accuracy and size', value, text, label: '' }];
}
