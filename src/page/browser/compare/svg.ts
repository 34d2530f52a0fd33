/** Elements of drawings, and the frame of a chart: axes with ticks and names. */

import type { Scale } from './scale.ts';

const SPACE = 'http://www.w3.org/2000/svg';

export function element(
  tag: string,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: readonly (SVGElement | string)[]
): SVGElement {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Where a chart's data lie, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Ticks, lines of the grid and names of both axes. */
export function frame(
  box: Box,
  x: Scale,
  y: Scale,
  names: { readonly x?: string; readonly y?: string } = {},
): SVGElement {
  const { left, top, right, bottom } = box;
  const made = element('g', { class: 'frame' });
  const add = (tag: string, attributes: Record<string, string | number>, ...text: string[]): void => {
    made.append(element(tag, attributes, ...text));
  };
  for (const { at, text } of x.ticks) {
    const place = left + at * (right - left);
    add('path', { d: `M${place} ${top}V${bottom}` });
    if (text !== '') add('text', { x: place, y: bottom + 16, 'text-anchor': 'middle' }, text);
  }
  for (const { at, text } of y.ticks) {
    const place = bottom - at * (bottom - top);
    add('path', { d: `M${left} ${place}H${right}` });
    if (text !== '') add('text', { x: left - 7, y: place + 4, 'text-anchor': 'end' }, text);
  }
  if (names.x !== undefined) {
    add('text', { class: 'name', x: (left + right) / 2, y: bottom + 36, 'text-anchor': 'middle' }, names.x);
  }
  if (names.y !== undefined) add('text', { class: 'name', x: 2, y: top - 10 }, names.y);
  return made;
}
