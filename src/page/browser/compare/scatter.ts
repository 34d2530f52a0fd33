/** Accuracy against a cost: a point a run, mean and spread a label, and the front that no label beats. */

import { bestOf, type Group, type Measure, measure } from './groups.ts';
import { markOf } from './looks.ts';
import { placed, type Spot } from './places.ts';
import { lacking, linear, logarithmic, padded, type Scale } from './scale.ts';
import { fixed, percentOf } from './show.ts';
import { hush, lookOf, point, type State, shown, tell } from './state.ts';
import { type Box, element, frame } from './svg.ts';

export interface Cost {
  readonly measure: Measure;
  readonly name: string;
  readonly show: (value: number) => string;
  /** Round values. */
  readonly ticks?: readonly number[];
}

const HEIGHT = 420;
const LETTER = 6.6;
/** Letters of a name in the chart. */
const LONGEST = 34;

const share = (value: number): string => `${Number((100 * value).toPrecision(5))}%`;

function accuracyScale(values: readonly number[], isLog: boolean): Scale {
  const [least, most] = padded(values, 0.08);
  if (!isLog) return linear(Math.max(0, least), Math.min(1.005, most), 6, share);
  const lacks = values.map((value) => 1 - value).filter((lack) => lack > 0);
  const [finest, coarsest] = padded(lacks, 0.08, true);
  return lacking(Math.max(0, 1 - coarsest), 1 - finest, finest, share);
}

/** One sentence about a label: what its point says. */
function sentence(group: Group, cost: Cost, isFront: boolean): string {
  const [accuracy, of] = [measure(group, 'testAccuracy'), measure(group, cost.measure)];
  const spread = accuracy.count > 1 ? ` ± ${fixed(100 * accuracy.spread, 2)} over ${accuracy.count} seeds` : '';
  const kind = group.isControl ? 'control' : 'method';
  return `${group.label} (${kind}): ${percentOf(accuracy.mean)}${spread}, ${cost.name} ${cost.show(of.mean)}${isFront ? ', on the front' : ''}`;
}

/** Where x and y of the data are drawn. */
interface Plane {
  readonly box: Box;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function pointOf(state: State, group: Group, cost: Cost, plane: Plane, isFront: boolean): SVGElement {
  const look = lookOf(state, group.label);
  const { x, y, box } = plane;
  const [accuracy, of] = [measure(group, 'testAccuracy'), measure(group, cost.measure)];
  const [left, top] = [x(of.mean), y(accuracy.mean)];
  const text = sentence(group, cost, isFront);
  const made = element('g', {
    'data-label': group.label,
    class: 'point',
    tabindex: -1,
    role: 'img',
    'aria-label': text,
  });
  const clamp = (place: number): number => Math.min(box.bottom, Math.max(box.top, place));
  const ends = [accuracy.mean - accuracy.spread, accuracy.mean + accuracy.spread].map((value) => clamp(y(value)));
  const sides = [of.mean - of.spread, of.mean + of.spread].map((value) => (value > 0 ? x(value) : left));
  const stroke = `stroke: var(${look.color})`;
  if (accuracy.count > 1) {
    made.append(
      element('path', {
        class: 'spread',
        style: stroke,
        d: `M${left} ${ends[0]!}V${ends[1]!}M${sides[0]!} ${top}H${sides[1]!}`,
      }),
    );
    for (const run of group.runs) {
      const value = run[cost.measure];
      if (typeof value !== 'number' || !Number.isFinite(run.testAccuracy)) continue;
      made.append(
        element('circle', {
          class: 'run',
          cx: x(value),
          cy: y(run.testAccuracy),
          r: 2.4,
          style: `fill: var(${look.color})`,
        }),
      );
    }
  }
  made.append(element('circle', { class: 'aim', cx: left, cy: top, r: 13 }), markOf(look, left, top, 5.5));
  const enter = (): void => {
    point(group.label);
    tell(text, made.querySelector('.aim')!.getBoundingClientRect());
  };
  const leave = (): void => {
    point(undefined);
    hush();
  };
  made.addEventListener('pointerenter', enter);
  made.addEventListener('focus', enter);
  made.addEventListener('pointerleave', leave);
  made.addEventListener('blur', leave);
  return made;
}

const cornersOf = (front: readonly Group[], cost: Cost, { x, y }: Plane): (readonly [number, number])[] =>
  front.map((group) => [x(measure(group, cost.measure).mean), y(measure(group, 'testAccuracy').mean)]);

/** The front as stairs: from each point on, the accuracy that a net of that cost reaches. */
function frontLine(corners: readonly (readonly [number, number])[], { box }: Plane): SVGElement {
  const steps = corners.map(([left, top], k) => (k === 0 ? `M${left} ${top}` : `H${left}V${top}`));
  return element('path', { class: 'front', d: corners.length === 0 ? '' : `${steps.join('')}H${box.right}` });
}

/** The places that the stairs take. */
function stepSpots(corners: readonly (readonly [number, number])[], { box }: Plane): Spot[] {
  return corners.flatMap(([left, top], k) => {
    const [right, next] = corners[k + 1] ?? [box.right, top];
    return [
      { x: left, y: top - 1, width: right - left, height: 2 },
      { x: right - 1, y: next, width: 2, height: top - next },
    ];
  });
}

/** A name beside its point, and a line between them where they are apart. */
function nameOf(
  state: State,
  label: string,
  isBest: boolean,
  spot: Spot,
  [x, y]: readonly [number, number],
): SVGElement {
  const tone = `--tone: var(${lookOf(state, label).color})`;
  const made = element('g', { class: isBest ? 'label best' : 'label', 'data-label': label, style: tone });
  const [near, middle] = [Math.min(Math.max(x, spot.x), spot.x + spot.width), spot.y + spot.height / 2];
  const far = Math.hypot(near - x, middle - y);
  if (far > 20) {
    const edge = middle < y ? spot.y + spot.height : spot.y;
    const [from, to] = [x + (6 * (near - x)) / far, y + (6 * (middle - y)) / far];
    made.append(
      element('path', { class: 'leader', d: `M${from} ${to}L${near} ${Math.abs(middle - y) < 9 ? middle : edge}` }),
    );
  }
  const isLeft = spot.x + spot.width <= x;
  const at = { x: isLeft ? spot.x + spot.width : spot.x, y: spot.y + 11, 'text-anchor': isLeft ? 'end' : 'start' };
  made.append(element('text', at, label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label));
  return made;
}

function names(
  state: State,
  groups: readonly Group[],
  front: readonly Group[],
  cost: Cost,
  plane: Plane,
): SVGElement[] {
  const order = [...front, ...groups.filter((group) => !front.includes(group))];
  const places = cornersOf(order, cost, plane);
  const points = places.map(([x, y], k) => ({ x, y, width: LETTER * Math.min(LONGEST, order[k]!.label.length) }));
  const spots = placed(points, 14, plane.box, stepSpots(places.slice(0, front.length), plane));
  return spots.flatMap((spot, k) =>
    spot === undefined ? [] : [nameOf(state, order[k]!.label, k < front.length, spot, places[k]!)],
  );
}

/** Lets the keys walk over the points from left to right; the chart is one stop of the tabulator. */
function walk(points: readonly SVGElement[]): void {
  const left = (one: SVGElement): number => Number(one.querySelector('.aim')!.getAttribute('cx'));
  const order = [...points].sort((a, b) => left(a) - left(b));
  order[0]?.setAttribute('tabindex', '0');
  for (const [k, one] of order.entries()) {
    one.addEventListener('keydown', ({ key }) => {
      const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
      const next = order[k + by];
      if (by === 0 || next === undefined) return;
      one.setAttribute('tabindex', '-1');
      next.setAttribute('tabindex', '0');
      next.focus();
    });
  }
}

/** Draws the chart into `into`, as wide as that is. */
export function scatter(into: HTMLElement, state: State, cost: Cost, isLog: boolean): void {
  const groups = shown(state).filter(
    (group) => measure(group, cost.measure).mean > 0 && Number.isFinite(measure(group, 'testAccuracy').mean),
  );
  const width = Math.max(300, into.clientWidth - 24);
  const box = { left: 58, top: 30, right: width - 12, bottom: HEIGHT - 46 };
  const runs = groups.flatMap((group) => group.runs);
  const costs = runs.map((run) => run[cost.measure] as number);
  const [least, most] = padded(costs, 0.06, true);
  const scales = {
    x: logarithmic(least, most, cost.show, cost.ticks),
    y: accuracyScale(
      runs.map((run) => run.testAccuracy),
      isLog,
    ),
  };
  const plane: Plane = {
    box,
    x: (value) => box.left + scales.x.at(value) * (box.right - box.left),
    y: (value) => box.bottom - scales.y.at(value) * (box.bottom - box.top),
  };
  const front = bestOf(groups, cost.measure);
  const title = `Test accuracy against ${cost.name}. On the front, from the least on: ${front.map(({ label }) => label).join('; ') || 'nothing'}.`;
  const chart = element('svg', {
    class: 'chart',
    width,
    height: HEIGHT,
    viewBox: `0 0 ${width} ${HEIGHT}`,
    role: 'group',
    'aria-label': title,
  });
  chart.append(
    element('title', {}, title),
    frame(box, scales.x, scales.y, { x: `${cost.name} (log axis)`, y: 'test accuracy' }),
  );
  chart.append(frontLine(cornersOf(front, cost, plane), plane), ...names(state, groups, front, cost, plane));
  // Controls below, so that no method hides under one.
  const order = [...groups].reverse();
  const points = order.map((group) => pointOf(state, group, cost, plane, front.includes(group)));
  chart.append(...points);
  walk(points);
  into.replaceChildren(chart);
}
