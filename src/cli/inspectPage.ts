/** The self-contained HTML page of `rankwise inspect --html`. */

import { basename } from 'node:path';
import type { PageData } from '../page/data.ts';
import type { Survey } from './survey.ts';
import { version } from './version.ts';

/** Digits of a singular value that a chart can show. */
const DIGITS = 7;

/** The page as a text. Its data is JSON in which no text can end the element that holds it. */
export async function pageOf(path: string, bytes: number, tensors: readonly Survey[]): Promise<string> {
  const short = tensors.map((one) => ({
    ...one,
    unfoldings: one.unfoldings.map((u) => ({ ...u, values: u.values.map((s) => Number(s.toPrecision(DIGITS))) })),
  }));
  const data: PageData = { file: basename(path), bytes, version: version(), tensors: short };
  const text = JSON.stringify(data).replaceAll('<', '\\u003c');
  const { html } = await import('#page');
  return html.replace('"/*data*/"', () => text);
}
