/** The self-contained HTML report of `rankwise compare`. To import this file is to load the page's text. */

import { compareHtml } from '#page';
import type { CompareData } from '../page/compareData.ts';
import { slim } from '../page/slim.ts';

/** The page as a text. Its data is JSON in which no text can end the element that holds it. */
export function comparePage(data: CompareData): string {
  const text = JSON.stringify(slim(data)).replaceAll('<', '\\u003c');
  return compareHtml.replace('"/*data*/"', () => text);
}
