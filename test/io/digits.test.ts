/** The embedded digits are the published ones, value for value. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { digits } from '../../src/io/digits.ts';
import { assert, test } from '../support/test.ts';

const data = digits();

test('shapes, split, classes and moments', () => {
  assert.equal([data.name, data.classes, data.train.count, data.test.count], ['digits', 10, 1437, 360]);
  assert.equal(data.shape, [1, 8, 8]);
  assert.is(data.mean[0]!.toFixed(4), '4.8862');
  assert.is(data.std[0]!.toFixed(4), '6.0081');
});

test('the first image is the zero at the head of the table', () => {
  const zero = `0 0 5 13 9 1 0 0  0 0 13 15 10 15 5 0  0 3 15 2 0 11 8 0  0 4 12 0 0 8 8 0
    0 5 8 0 0 9 8 0  0 4 11 0 1 12 7 0  0 2 14 5 10 12 0 0  0 0 6 13 10 0 0 0`;
  assert.equal([...data.train.images.subarray(0, 64)], zero.trim().split(/\s+/).map(Number));
  assert.equal([...data.train.labels.subarray(0, 12)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
});

test('the table written out again has the hash of the table that was embedded', () => {
  const line = (s: typeof data.train, n: number): string =>
    `${[...s.images.subarray(64 * n, 64 * n + 64), s.labels[n]].join(',')}\n`;
  const hash = createHash('sha256');
  for (const part of [data.train, data.test]) for (let n = 0; n < part.count; n++) hash.update(line(part, n));
  assert.is(hash.digest('hex'), '6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8');
});

test('the embedded data packs to at most 45 kB', () => {
  const text = readFileSync(new URL('../../src/io/digitsData.ts', import.meta.url));
  assert.ok(gzipSync(text, { level: 9 }).length <= 45_000);
});

test.run();
