/** From the texts of a label column to classes 0, 1, 2, ... in an order that does not depend on the order of the rows. */

import { FormatError } from '../errors.ts';
import { showText } from './show.ts';

/** Labels as read: the id of each row, and for each distinct text its id and the line it was first seen on. */
export interface Labels {
  readonly ids: number[];
  readonly lines: Map<string, { readonly id: number; readonly line: number }>;
}

/** A decimal number: no hexadecimal, no Infinity, no spaces. */
export const NUMBER: RegExp = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const MOST_CLASSES = 10_000;

/** Whole numbers are ordered by value, and `1`, `01` and `1.0` are one class; other labels by their characters. */
export function classesOf(op: string, { ids, lines }: Labels): { labels: Int32Array; classes: string[] } {
  const isNumeric = [...lines.keys()].every((text) => NUMBER.test(text));
  const nameOf = (text: string): string => (isNumeric ? String(Number(text)) : text);
  if (isNumeric) {
    for (const [text, { line }] of lines) {
      if (Number.isSafeInteger(Number(text))) continue;
      const got = `${showText(text)} on line ${line}`;
      throw new FormatError(op, 'labels are whole numbers or names', got, 'choose the column of labels');
    }
  }
  const classes = [...new Set([...lines.keys()].map(nameOf))];
  if (isNumeric) classes.sort((a, b) => Number(a) - Number(b));
  else classes.sort();
  if (classes.length > MOST_CLASSES) {
    throw new FormatError(
      op,
      `there are at most ${MOST_CLASSES} classes`,
      `${classes.length}`,
      'choose the column of labels',
    );
  }
  const order = new Map(classes.map((name, k) => [name, k]));
  const classOfId = [...lines.keys()].map((text) => order.get(nameOf(text))!);
  return { labels: Int32Array.from(ids, (id) => classOfId[id]!), classes };
}
