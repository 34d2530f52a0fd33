/** Axes: where a value lies between 0 and 1, and the ticks. */

import { short } from './show.ts';

export interface Tick {
  readonly at: number;
  /** Empty for lines of the grid alone. */
  readonly text: string;
}

export interface Scale {
  /** Place of a value: 0 at the begin of the axis and 1 at its end. */
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** Ticks of a logarithmic axis that all have a text; of more, those at powers of ten. */
const MOST_NAMED = 9;

type Show = (value: number) => string;

/** The step of about `count` ticks: 1, 2 or 5 times a power of ten. */
function stepOf(length: number, count: number): number {
  const raw = length / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= 0.999 * raw) ?? 10);
}

/** Values from `least` to `most`, which may be equal. */
export function linear(least: number, most: number, count = 5, show: Show = short): Scale {
  if (!Number.isFinite(least) || !Number.isFinite(most)) return { at: () => 0, ticks: [] };
  const length = most > least ? most - least : 1;
  const step = stepOf(length, count);
  const at = (value: number): number => (value - least) / length;
  const ticks: Tick[] = [];
  for (let k = Math.ceil(least / step - 1e-9); k * step <= least + length * (1 + 1e-9); k++) {
    ticks.push({ at: at(k * step), text: show(Number((k * step).toPrecision(12))) });
  }
  return { at, ticks };
}

/** 1, 2 and 5 times the powers of ten between two values. */
function decades(least: number, most: number): number[] {
  const powers: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++) powers.push(power);
  return powers.flatMap((power) => [1, 2, 5].map((factor) => Number(`${factor}e${power}`)));
}

/** Positive values by their logarithms, with ticks at those of `values`, or at 1, 2 and 5 times powers of ten. */
export function logarithmic(least: number, most: number, show: Show = short, values?: readonly number[]): Scale {
  const from = Math.log10(least);
  const length = Math.max(1e-9, Math.log10(most) - from);
  const at = (value: number): number => (Math.log10(value) - from) / length;
  const inside = (values ?? decades(least, most)).filter((value) => value >= least && value <= most);
  if (inside.length < 2) {
    const step = stepOf(most - least, 4);
    const first = Math.ceil(least / step);
    const even = Array.from({ length: Math.floor(most / step) - first + 1 }, (_, k) => (first + k) * step);
    return { at, ticks: even.map((value) => ({ at: at(value), text: show(Number(value.toPrecision(12))) })) };
  }
  const few = inside.length <= MOST_NAMED;
  const isNamed = (value: number, k: number): boolean =>
    few || (values === undefined ? /^1(?:e|$)/.test(value.toExponential()) : k % 2 === 0);
  return { at, ticks: inside.map((value, k) => ({ at: at(value), text: isNamed(value, k) ? show(value) : '' })) };
}

/** Shares near 1 by the logarithm of what they lack; `floor` is the least lack that is told apart. */
export function lacking(least: number, most: number, floor: number, show: Show): Scale {
  const place = (value: number): number => -Math.log10(Math.max(floor, 1 - value));
  const [from, to] = [place(least), place(most)];
  const at = (value: number): number => (place(value) - from) / Math.max(1e-9, to - from);
  const values = [0, 1, 2, 3, 4, 5].flatMap((power) => [5, 2, 1].map((factor) => 1 - factor * 10 ** -power));
  const inside = values.filter(
    (value) => 1 - value >= floor * (1 - 1e-9) && at(value) >= -1e-9 && at(value) <= 1 + 1e-9,
  );
  return { at, ticks: inside.map((value) => ({ at: at(value), text: show(value) })) };
}

/** Least and most with some room beyond both; of logarithms where `log` says so. */
export function padded(values: readonly number[], room: number, log = false): readonly [number, number] {
  const known = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  if (known.length === 0) return log ? [1, 10] : [0, 1];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (log) {
    const factor = Math.max((most / least) ** room, 1.15);
    return [least / factor, most * factor];
  }
  const extra = Math.max((most - least) * room, Math.abs(most) * 1e-3, 1e-9);
  return [least - extra, most + extra];
}
