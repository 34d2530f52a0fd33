/** The report of a comparison as a file: whole in itself, and no text of its data can leave the element that holds it. */

import { comparePage } from '../../src/cli/comparePage.ts';
import type { CompareData } from '../../src/page/compareData.ts';
import { slim } from '../../src/page/slim.ts';
import { comparison, HOSTILE, hostileComparison } from '../support/comparisons.ts';
import { assert, test } from '../support/test.ts';

/** The data of a page, cut out as a parser of HTML would: up to the first end of a script element. */
function dataOf(html: string): CompareData {
  const begin = html.indexOf('<script id="data" type="application/json">');
  const text = html.slice(html.indexOf('>', begin) + 1);
  return JSON.parse(text.slice(0, text.search(/<\/script/i))) as CompareData;
}

test('it holds the data, two scripts, and nothing from elsewhere', () => {
  const data = comparison({ epochs: 3 });
  const html = comparePage(data);
  assert.equal(dataOf(html), JSON.parse(JSON.stringify(slim(data))));
  assert.is(html.match(/<script/gi)!.length, 2);
  assert.is(html.match(/<\/script>/gi)!.length, 2);
  assert.match(html, /default-src 'none'/);
  assert.not.match(html, /<(?:link|img|iframe)\b|@import|url\(|\bsrc=/i);
  assert.not.match(html.replace('http://www.w3.org/2000/svg', ''), /https?:\/\/(?!.*licen[cs]e)/i);
});

test('hostile texts stay texts', () => {
  const data = hostileComparison();
  const html = comparePage(data);
  assert.is(html.match(/<\/script>/gi)!.length, 2);
  assert.not.match(html, /<img/i);
  const read = dataOf(html);
  assert.is(read.title, HOSTILE);
  assert.is(read.runs[0]!.events[0]!.message, HOSTILE);
  assert.equal(Object.keys(read.runs[0]!.ranks), [HOSTILE]);
});

test('marks of templates in the data are left as they are', () => {
  const html = comparePage({ ...comparison({ epochs: 1 }), title: '$& $1 "/*data*/" /*style*/' });
  assert.is(dataOf(html).title, '$& $1 "/*data*/" /*style*/');
});

test('no runs, and runs without epochs', () => {
  assert.equal(dataOf(comparePage({ ...comparison(), runs: [] })).runs, []);
  assert.ok(dataOf(comparePage(comparison({ epochs: 0 }))).runs.every(({ epochs }) => epochs.length === 0));
});

test('controls of the page and drawings have names', () => {
  const html = comparePage(comparison({ epochs: 1 }));
  const body = html.slice(html.indexOf('<body>'), html.indexOf('<script'));
  for (const [tag] of body.matchAll(/<(?:input|select)\b[^>]*>/g)) {
    const id = /id="([^"]*)"/.exec(tag)?.[1];
    const isInLabel =
      body.slice(0, body.indexOf(tag)).lastIndexOf('<label') > body.slice(0, body.indexOf(tag)).lastIndexOf('</label');
    assert.ok(/aria-label=/.test(tag) || isInLabel || body.includes(`for="${id}"`), tag);
  }
  for (const id of ['h-costs', 'h-results', 'h-curves', 'h-stairs', 'h-spectra', 'h-events']) {
    assert.ok(body.includes(`id="${id}"`) && body.includes(`aria-labelledby="${id}"`), id);
  }
});

test.run();
