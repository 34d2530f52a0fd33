/** Ranks over training: one small chart a weight, a stair a bond, in the colours of the labels. */

import type { CompareRun } from '../../compareData.ts';
import { linear, logarithmic, type Scale } from './scale.ts';
import { hush, lookOf, point, type State, shown, tell } from './state.ts';
import { make } from '../shared/dom.ts';
import { element, frame } from './svg.ts';

export interface StairOptions {
  readonly where: 'epoch' | 'step';
  readonly isLog: boolean;
  /** The seed that is drawn, or all. */
  readonly seed: number | undefined;
  /** A part of the names of weights. */
  readonly wanted: string;
  readonly most: number;
}

/** The ranks of a bond in one run. */
interface Stair {
  readonly run: CompareRun;
  readonly bond: string;
  readonly points: readonly (readonly [number, number])[];
}

const [WIDTH, HEIGHT] = [268, 150];
const BOX = { left: 34, top: 8, right: WIDTH - 12, bottom: HEIGHT - 22 };

/** All weights that have ranks, in the order in which they come. */
export function weightsOf(runs: readonly CompareRun[]): string[] {
  return [...new Set(runs.flatMap(({ epochs }) => epochs.flatMap(({ ranks }) => Object.keys(ranks))))];
}

function stairsOf(runs: readonly CompareRun[], path: string, where: 'epoch' | 'step'): Stair[] {
  return runs.flatMap((run) => {
    const bonds = [...new Set(run.epochs.flatMap(({ ranks }) => Object.keys(ranks[path] ?? {})))];
    return bonds.map((bond) => ({
      run,
      bond,
      points: run.epochs.flatMap((epoch) => {
        const rank = epoch.ranks[path]?.[bond];
        return rank === undefined ? [] : [[epoch[where], rank] as const];
      }),
    }));
  });
}

function pathOf(points: Stair['points'], x: (value: number) => number, y: (value: number) => number): string {
  const [first, ...rest] = points.map(([place, rank]) => `${x(place).toFixed(1)} ${y(rank).toFixed(1)}`.split(' '));
  if (first === undefined) return '';
  const steps = rest.map(([left, top]) => `H${left}V${top}`).join('');
  return `M${first[0]} ${first[1]}${steps === '' ? 'h3' : steps}`;
}

/** What the chart says: each label from its first ranks to its last. */
function description(path: string, stairs: readonly Stair[]): string {
  const labels = [...new Set(stairs.map(({ run }) => run.label))];
  const texts = labels.map((label) => {
    const first = stairs.find(({ run }) => run.label === label)!.run;
    const own = stairs.filter(({ run }) => run === first);
    const [from, to] = [own.map(({ points }) => points[0]![1]), own.map(({ points }) => points.at(-1)![1])];
    return `${label}: ${from.join(' ')} → ${to.join(' ')}`;
  });
  return `Ranks of ${path}. ${texts.join('; ')}.`;
}

function chartOf(state: State, stairs: readonly Stair[], path: string, scales: { x: Scale; y: Scale }): SVGElement {
  const text = description(path, stairs);
  const chart = element('svg', {
    class: 'small-chart',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: 'img',
    'aria-label': text,
  });
  chart.append(frame(BOX, scales.x, scales.y));
  const x = (value: number): number => BOX.left + scales.x.at(value) * (BOX.right - BOX.left);
  const y = (value: number): number => BOX.bottom - scales.y.at(value) * (BOX.bottom - BOX.top);
  for (const { run, bond, points } of stairs) {
    const { color, dash } = lookOf(state, run.label);
    const style = `stroke: var(${color}); stroke-dasharray: ${dash.join(' ') || 'none'}`;
    const line = element('g', { 'data-label': run.label, class: 'stair' });
    const d = pathOf(points, x, y);
    line.append(element('path', { class: 'grip', d }), element('path', { style, d }));
    const ranks = points.map(([, rank]) => rank).filter((rank, k, all) => rank !== all[k - 1]);
    line.addEventListener('pointermove', ({ clientX, clientY }) => {
      point(run.label);
      tell(`${run.label}, seed ${run.seed}, ${bond}: ${ranks.slice(0, 24).join(' → ')}`, {
        x: clientX,
        y: clientY,
        width: 0,
      });
    });
    line.addEventListener('pointerleave', () => {
      point(undefined);
      hush();
    });
    chart.append(line);
  }
  return chart;
}

/** Draws the charts of the weights that are wanted; gives how many those are. */
export function stairs(into: HTMLElement, state: State, { where, isLog, seed, wanted, most }: StairOptions): number {
  const runs = shown(state).flatMap((group) => {
    const own = group.runs.filter((run) => seed === undefined || run.seed === seed);
    return own.length > 0 ? own : group.runs.slice(0, 1);
  });
  const paths = weightsOf(runs).filter((path) => path.toLowerCase().includes(wanted.toLowerCase()));
  const places = runs.flatMap(({ epochs }) => epochs.map((epoch) => epoch[where]));
  const x = linear(Math.min(...places), Math.max(...places), 4);
  const figures = paths.slice(0, most).map((path) => {
    const all = stairsOf(runs, path, where);
    const top = Math.max(1, ...all.flatMap(({ points }) => points.map(([, rank]) => rank)));
    const whole = (value: number): string => (Number.isInteger(value) ? String(value) : '');
    const y = isLog ? logarithmic(0.9, top * 1.1, whole) : linear(0, top * 1.06, 4, whole);
    return make(
      'figure',
      '',
      make('figcaption', '', path, make('small', '', `rank by ${where}`)),
      chartOf(state, all, path, { x, y }),
    );
  });
  into.replaceChildren(...figures);
  if (figures.length === 0) into.textContent = 'no ranks: what is shown is dense';
  return paths.length;
}
