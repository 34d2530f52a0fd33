/** Charts of lines, drawn by uPlot. */

import uPlot from 'uplot';
import { COLORS, colorOf } from './colors.ts';

type Values = readonly (number | null)[];

/** A line: its name and its points. */
export interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: Values;
  /** A colour of the style sheet, such as '--c0'; else by place. */
  readonly color?: string;
  readonly dash?: number[];
  readonly width?: number;
  /** A band about the line; where one line has one, all others have one of no width. */
  readonly low?: Values;
  readonly high?: Values;
}

export interface Axis {
  readonly label: string;
  readonly log: boolean;
  /** Whether there is nothing between whole numbers, such as epochs. */
  readonly whole?: boolean;
}

export interface Options {
  readonly height?: number;
  /** Told which line the pointer is near, and the text of its point, in place of a legend. */
  readonly near?: (line: number | undefined, text: string, at: DOMRect) => void;
}

/** Lines of more points show none of them. */
const FEW = 40;

/** Charts by the elements that hold them: each listens to the window until it is destroyed. */
const drawn = new WeakMap<HTMLElement, uPlot>();

function show(value: number | null | undefined): string {
  if (value == null) return '';
  const isTiny = value !== 0 && Math.abs(value) < 1e-3;
  return isTiny ? value.toExponential(2).replace(/\.?0*e/, 'e') : String(Number(value.toPrecision(3)));
}

/** Columns of values on the places of all lines, with gaps where a line has none. */
function columnsOf(lines: readonly Line[], places: readonly number[], isBanded: boolean): (number | null)[][] {
  const at = new Map(places.map((place, k) => [place, k]));
  const columnOf = (line: Line, values: Values): (number | null)[] => {
    const column = new Array<number | null>(places.length).fill(null);
    for (const [k, place] of line.x.entries()) column[at.get(place)!] = values[k]!;
    return column;
  };
  return lines.flatMap((line) => {
    const { y, low = y, high = y } = line;
    return (isBanded ? [y, low, high] : [y]).map((values) => columnOf(line, values));
  });
}

function seriesOf(lines: readonly Line[], hasPoints: boolean, isBanded: boolean): uPlot.Series[] {
  return lines.flatMap((line, k) => {
    const color = colorOf(line.color ?? `--c${k % COLORS}`);
    const main: uPlot.Series = {
      label: line.name,
      stroke: color,
      dash: line.dash ?? (k < COLORS ? [] : [6, 4]),
      width: line.width ?? 2,
      spanGaps: true,
      points: { show: hasPoints, size: 5, fill: color },
      value: (_: uPlot, value: number | null) => show(value),
    };
    const edge = (): uPlot.Series => ({ stroke: 'transparent', width: 0, spanGaps: true, points: { show: false } });
    return isBanded ? [main, edge(), edge()] : [main];
  });
}

function bandsOf(lines: readonly Line[]): uPlot.Band[] {
  return lines.map(({ color = '--c0' }, k) => ({
    series: [3 * k + 3, 3 * k + 2],
    fill: `color-mix(in srgb, ${colorOf(color)} 15%, transparent)`,
  }));
}

/** What follows the pointer: the line that it is near, whose edges do not count, and the words about it. */
function followed(
  lines: readonly Line[],
  step: number,
  x: Axis,
  near: NonNullable<Options['near']>,
): Partial<uPlot.Options> {
  let series = 0;
  const isLine = (k: number): boolean => k > 0 && (k - 1) % step === 0;
  const told = (chart: uPlot): void => {
    const { idx, left = 0, top = 0 } = chart.cursor;
    const value = isLine(series) && idx != null ? chart.data[series]?.[idx] : undefined;
    if (value == null) {
      near(undefined, '', new DOMRect());
      return;
    }
    const line = (series - 1) / step;
    const frame = chart.over.getBoundingClientRect();
    const text = `${lines[line]!.name}: ${show(value)} at ${x.label} ${show(chart.data[0][idx!])}`;
    near(line, text, new DOMRect(frame.x + left, frame.y + top, 0, 0));
  };
  const dist = (_: uPlot, k: number, __: number, place: number, pointer: number): number =>
    isLine(k) ? Math.abs(place - pointer) : Number.POSITIVE_INFINITY;
  return {
    focus: { alpha: 0.25 },
    cursor: { focus: { prox: 24, dist } },
    hooks: {
      setCursor: [told],
      setSeries: [
        (chart, k) => {
          series = k ?? 0;
          told(chart);
        },
      ],
    },
  };
}

/** Steps between ticks of whole numbers. */
const WHOLE = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((factor) => factor * 10 ** power));

/** Lines at powers of ten alone where all would make a wall. */
function sparse(_: uPlot, splits: number[]): (number | null)[] {
  if (splits.length < 40) return splits;
  return splits.map((value) => (Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9 ? value : null));
}

function axisOf({ label, log, whole }: Axis): uPlot.Axis {
  const grid = colorOf('--line');
  return {
    label,
    stroke: colorOf('--ink'),
    font: '12px system-ui, sans-serif',
    labelFont: '12.5px system-ui, sans-serif',
    labelSize: 22,
    grid: { stroke: grid, width: 1, ...(log ? { filter: sparse } : {}) },
    ticks: { stroke: grid, width: 1, size: 5, ...(log ? { filter: sparse } : {}) },
    ...(whole === true ? { incrs: WHOLE } : {}),
  };
}

/** Draws lines that share no places on x: each has a column of its own, with gaps elsewhere. */
export function draw(
  into: HTMLElement,
  lines: readonly Line[],
  x: Axis,
  y: Axis,
  { height = 300, near }: Options = {},
): void {
  drawn.get(into)?.destroy();
  drawn.delete(into);
  into.replaceChildren();
  const places = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  if (places.length === 0) return;
  const isBanded = lines.some(({ low }) => low !== undefined);
  const scale = ({ log }: Axis): uPlot.Scale => ({ time: false, distr: log ? 3 : 1 });
  const options: uPlot.Options = {
    width: Math.max(240, into.clientWidth - 24),
    height,
    scales: { x: scale(x), y: scale(y) },
    axes: [
      { ...axisOf(x), size: 34 },
      { ...axisOf(y), size: 54, values: (_, ticks) => ticks.map(show) },
    ],
    series: [
      { label: x.label, value: (_, value) => show(value) },
      ...seriesOf(lines, places.length < (isBanded ? 2 : FEW), isBanded),
    ],
    bands: isBanded ? bandsOf(lines) : [],
    legend: { show: near === undefined },
  };
  if (near !== undefined) Object.assign(options, followed(lines, isBanded ? 3 : 1, x, near));
  drawn.set(into, new uPlot(options, [places, ...columnsOf(lines, places, isBanded)] as uPlot.AlignedData, into));
}
