/** Loss and validation accuracy while training: the mean over seeds, in a band from least to most. */

import type { CompareEpoch } from '../../compareData.ts';
import { draw, type Line } from '../shared/plot.ts';
import { type Group, statOf } from './groups.ts';
import { short } from './show.ts';
import { hush, lookOf, point, type State, shown, tell } from './state.ts';

export type Place = 'epoch' | 'seconds';

/** What is drawn of an epoch. */
export interface Quantity {
  readonly name: string;
  readonly of: (epoch: CompareEpoch) => number | undefined;
}

export const LOSS: Quantity = { name: 'training loss', of: ({ loss }) => loss };
export const ACCURACY: Quantity = {
  name: 'validation accuracy, %',
  of: ({ validationAccuracy: share }) => (typeof share === 'number' ? 100 * share : undefined),
};
export const ERROR: Quantity = {
  name: 'validation error, %',
  of: ({ validationAccuracy: share }) => (typeof share === 'number' ? 100 * (1 - share) : undefined),
};

type Values = number[];

function lineOf(state: State, group: Group, { of }: Quantity, where: Place, isLog: boolean): Line {
  const { label, isControl } = group;
  const { color, dash } = lookOf(state, label);
  const length = Math.max(0, ...group.runs.map(({ epochs }) => epochs.length));
  const [x, y, low, high]: [Values, Values, Values, Values] = [[], [], [], []];
  for (let k = 0; k < length; k++) {
    const now = group.runs.flatMap(({ epochs }) => epochs[k] ?? []);
    const known = (value: unknown): value is number =>
      typeof value === 'number' && Number.isFinite(value) && (!isLog || value > 0);
    const values = now.map(of).filter(known);
    const place = statOf(now.map((epoch) => epoch[where])).mean;
    if (values.length === 0 || !Number.isFinite(place)) continue;
    x.push(place);
    y.push(statOf(values).mean);
    low.push(Math.min(...values));
    high.push(Math.max(...values));
  }
  return { name: label, x, y, low, high, color, dash, width: isControl ? 1.5 : 2 };
}

/** Draws one quantity; what is said to those who cannot see it is where each line ends. */
export function curves(into: HTMLElement, state: State, what: Quantity, where: Place, isLog: boolean): void {
  // Controls first, so that no method hides under one.
  const lines = shown(state)
    .reverse()
    .map((group) => lineOf(state, group, what, where, isLog))
    .filter(({ x }) => x.length > 0);
  const ends = lines.map((line) => `${line.name} ${short(line.y.at(-1)!)}`);
  into.setAttribute('aria-label', `${what.name} by ${where}, a line for each label. At the end: ${ends.join('; ')}.`);
  const near = (line: number | undefined, text: string, at: DOMRect): void => {
    point(line === undefined ? undefined : lines[line]!.name);
    if (line === undefined) hush();
    else tell(text, at);
  };
  draw(
    into,
    lines,
    { label: where, log: false, whole: where === 'epoch' },
    { label: what.name, log: isLog },
    { height: 320, near },
  );
  if (lines.length === 0) into.textContent = `no ${what.name.replace(', %', '')}: it was not measured`;
}
