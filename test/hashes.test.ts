/** The bits that every runtime must get, here: with compiled kernels and with their references. */

import { readFileSync } from 'node:fs';
import { init } from '../src/backend/current.ts';
import { probeNames, trainingHash } from '../src/train/probe.ts';
import { expectedHashes } from '../src/train/probeHashes.ts';
import { arithmeticHashes, compiledHashes, type Hashes, trainingHashes } from './runtimes/hashes.ts';
import { assert, suite } from './support/test.ts';

const test = suite('hashes');

const REMEDY = 'if the change of arithmetic is meant: npm run golden:hashes';

function expectSame(got: Hashes, want: Hashes, what: string): void {
  const wrong = Object.keys({ ...want, ...got }).filter((name) => got[name] !== want[name]);
  assert.equal(wrong, [], `${what} has other bits for ${wrong.join(', ')}; ${REMEDY}`);
}

const golden: Hashes = JSON.parse(readFileSync('test/golden/hashes.json', 'utf8'));

test('arithmetic has the committed bits', () => {
  expectSame(compiledHashes(), golden, 'wasm');
});

test('training has the committed bits', async () => {
  assert.equal(Object.keys(expectedHashes), [...probeNames]);
  expectSame(await trainingHashes(), expectedHashes, 'training');
});

test('the reference backend has the same', async () => {
  init({ backend: 'reference' });
  try {
    // It factorizes by other algorithms.
    const shared = Object.entries(golden).filter(([name]) => !/^(?:factor|decompose|round)\./.test(name));
    expectSame(arithmeticHashes(), Object.fromEntries(shared), 'reference');
    expectSame({ ttMatrix: await trainingHash('ttMatrix') }, { ttMatrix: expectedHashes.ttMatrix! }, 'training');
  } finally {
    init();
  }
});

test.run();
