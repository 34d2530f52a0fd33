/** Warnings: to the console once for each kind, or all of them to a handler. */

import { onWarning, type Warning } from '../src/index.ts';
import { warn } from '../src/warn.ts';
import { assert, suite } from './support/test.ts';

const test = suite('warn');

function onConsole(body: () => void): unknown[] {
  const lines: unknown[] = [];
  const before = console.warn;
  console.warn = (line: unknown) => lines.push(line);
  try {
    body();
  } finally {
    console.warn = before;
  }
  return lines;
}

test('writes the first of each kind to the console', () => {
  const lines = onConsole(() => {
    for (const got of ['1', '2', '3']) warn('first', 'things are large', got, 'enlarge them');
    warn('second', 'things are large', '4', 'enlarge them');
    warn('first', 'things are round', '5', 'round them');
  });
  assert.equal(lines, [
    'first: things are large; got 1; enlarge them',
    'second: things are large; got 4; enlarge them',
    'first: things are round; got 5; round them',
  ]);
});

test('sends all to a handler, and null brings the console back', () => {
  const heard: Warning[] = [];
  const lines = onConsole(() => {
    onWarning((warning) => heard.push(warning));
    for (const got of ['1', '2']) warn('third', 'things are small', got, 'shrink them');
    onWarning(null);
    warn('fourth', 'things are small', '3', 'shrink them');
  });
  assert.equal(heard, [
    { op: 'third', message: 'third: things are small; got 1; shrink them' },
    { op: 'third', message: 'third: things are small; got 2; shrink them' },
  ]);
  assert.equal(lines, ['fourth: things are small; got 3; shrink them']);
});

test.run();
