/**
 * How a label looks in every chart: methods have a colour each, formats and settings of one method a shape and a dash;
 * controls are grey, hollow and dashed.
 */

import { COLORS } from '../shared/colors.ts';
import { element } from './svg.ts';
import type { Group } from './groups.ts';

export type Shape = 'circle' | 'square' | 'triangle' | 'diamond' | 'star' | 'down';

export interface Look {
  /** A colour of the style sheet. */
  readonly color: string;
  readonly shape: Shape;
  readonly dash: number[];
  readonly hollow: boolean;
}

const SHAPES: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'star', 'down'];
const DASHES: readonly number[][] = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4]];
const CONTROL_DASHES: readonly number[][] = [
  [6, 4],
  [2, 3],
  [10, 4],
  [8, 3, 2, 3],
  [4, 6],
  [1, 5],
];

export function looksOf(groups: readonly Group[]): Map<string, Look> {
  const methods = [...new Set(groups.filter(({ isControl }) => !isControl).map(({ method }) => method))];
  const seen = new Map<string, number>();
  const looks = new Map<string, Look>();
  for (const { label, method, isControl } of groups) {
    const kind = isControl ? '' : method;
    const place = seen.get(kind) ?? 0;
    seen.set(kind, place + 1);
    // A ninth method takes the first colour again, with other shapes.
    const lap = isControl ? 0 : Math.floor(methods.indexOf(method) / COLORS);
    const own = (place + 5 * lap) % SHAPES.length;
    looks.set(label, {
      color: isControl ? '--control' : `--c${methods.indexOf(method) % COLORS}`,
      shape: SHAPES[own]!,
      dash: isControl ? CONTROL_DASHES[own]! : DASHES[own]!,
      hollow: isControl,
    });
  }
  return looks;
}

/** Outline of a shape about (0, 0) whose area is about that of a circle of radius `r`. */
function outline(shape: Shape, r: number): string {
  if (shape === 'circle') return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  if (shape === 'square') return `M${-0.88 * r} ${-0.88 * r}h${1.76 * r}v${1.76 * r}h${-1.76 * r}Z`;
  if (shape === 'diamond') return `M0 ${-1.25 * r}L${1.25 * r} 0L0 ${1.25 * r}L${-1.25 * r} 0Z`;
  if (shape === 'triangle') return `M0 ${-1.3 * r}L${1.2 * r} ${0.8 * r}H${-1.2 * r}Z`;
  if (shape === 'down') return `M0 ${1.3 * r}L${1.2 * r} ${-0.8 * r}H${-1.2 * r}Z`;
  const corners = Array.from({ length: 10 }, (_, k) => {
    const [angle, far] = [(Math.PI * k) / 5, k % 2 === 0 ? 1.45 * r : 0.65 * r];
    return `${(far * Math.sin(angle)).toFixed(2)} ${(-far * Math.cos(angle)).toFixed(2)}`;
  });
  return `M${corners.join('L')}Z`;
}

export function markOf({ color, shape, hollow }: Look, x: number, y: number, r: number): SVGElement {
  return element('path', {
    d: outline(shape, r),
    transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
    style: `fill: ${hollow ? 'var(--card)' : `var(${color})`}; stroke: var(${color}); stroke-width: ${hollow ? 1.8 : 1}`,
  });
}

/** A line with the mark on it, as legends have. */
export function swatch(look: Look): SVGElement {
  const style = `stroke: var(${look.color}); stroke-width: 2; stroke-dasharray: ${look.dash.join(' ') || 'none'}`;
  const line = element('path', { d: 'M1 8H31', style, fill: 'none' });
  return element('svg', { width: 32, height: 16, 'aria-hidden': 'true' }, line, markOf(look, 16, 8, 4.5));
}
