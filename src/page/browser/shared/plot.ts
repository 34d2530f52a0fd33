/** The two charts of the page, drawn by uPlot: singular values of unfoldings, and error against size of formats. */

import uPlot from 'uplot';
import type { PageTensor } from '../data.ts';

/** Told apart without telling red from green (Okabe and Ito 2008). */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8c6bb1', '#999999'];

/** A line: its name and its points. */
export interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

interface Axis {
  readonly label: string;
  readonly log: boolean;
}

function colorOf(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

/** Draws lines that share no places on x: each has a column of its own, with gaps elsewhere. */
export function draw(into: HTMLElement, lines: readonly Line[], x: Axis, y: Axis): void {
  into.replaceChildren();
  const places = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  if (places.length === 0) return;
  const at = new Map(places.map((place, k) => [place, k]));
  const columns = lines.map((line) => {
    const column = new Array<number | null>(places.length).fill(null);
    for (const [k, place] of line.x.entries()) column[at.get(place)!] = line.y[k]!;
    return column;
  });
  const [ink, grid] = [colorOf('--ink'), colorOf('--line')];
  const axis = ({ label }: Axis): uPlot.Axis => ({
    label,
    stroke: ink,
    grid: { stroke: grid },
    ticks: { stroke: grid },
  });
  const scale = ({ log }: Axis): uPlot.Scale => ({ time: false, distr: log ? 3 : 1 });
  const show = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(3))));
  const chart = new uPlot(
    {
      width: Math.max(280, into.clientWidth),
      height: 300,
      scales: { x: scale(x), y: scale(y) },
      axes: [axis(x), { ...axis(y), size: 70, values: (_, ticks) => ticks.map(show) }],
      series: [
        { label: x.label, value: (_, value) => show(value) },
        ...lines.map(({ name }, k) => ({
          label: name,
          stroke: COLORS[k % COLORS.length]!,
          dash: k < COLORS.length ? [] : [6, 4],
          width: 2,
          spanGaps: true,
          points: { show: places.length < 40 },
          value: (_: uPlot, value: number | null) => show(value),
        })),
      ],
    },
    [places, ...columns] as uPlot.AlignedData,
    into,
  );
  into.onresize = () => chart.setSize({ width: Math.max(280, into.clientWidth), height: 300 });
}

/** Singular values relative to the largest of each unfolding, down to 1e-16 of it. */
export function spectraOf({ unfoldings }: PageTensor): Line[] {
  return unfoldings.map(({ label, values }) => {
    const kept = values.filter((s) => s > 1e-16 * values[0]!);
    return { name: label, x: kept.map((_, k) => k + 1), y: kept.map((s) => s / values[0]!) };
  });
}
