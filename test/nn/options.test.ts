/** Layers refuse options that make no sense when they are made, and parameters of another model when they are used. */

import { ShapeError } from '../../src/errors.ts';
import { attention } from '../../src/nn/attention.ts';
import { conv1d, conv2d } from '../../src/nn/conv.ts';
import { embedding } from '../../src/nn/embedding.ts';
import { linear } from '../../src/nn/linear.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import type { Context, Module } from '../../src/nn/module.ts';
import { batchNorm, layerNorm } from '../../src/nn/norm.ts';
import { avgPool2d, maxPool2d } from '../../src/nn/pool.ts';
import { lstm } from '../../src/nn/recurrent.ts';
import { key } from '../../src/random.ts';
import { ones } from '../../src/tensor/create.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('options of layers');

const makers: Readonly<Record<string, (n: number) => Module>> = {
  'linear in': (n) => linear({ in: n, out: 3 }),
  'linear out': (n) => linear({ in: 3, out: n }),
  'conv2d in': (n) => conv2d({ in: n, out: 3, window: 3 }),
  'conv2d out': (n) => conv2d({ in: 3, out: n, window: 3 }),
  'conv2d window': (n) => conv2d({ in: 3, out: 3, window: n }),
  'conv2d window across': (n) => conv2d({ in: 3, out: 3, window: [3, n] }),
  'conv2d stride': (n) => conv2d({ in: 3, out: 3, window: 3, stride: n }),
  'conv2d dilation across': (n) => conv2d({ in: 3, out: 3, window: 3, dilation: [1, n] }),
  'conv1d groups': (n) => conv1d({ in: 3, out: 3, window: 3, groups: n }),
  'attention size': (n) => attention({ size: n, heads: 1 }),
  'attention heads': (n) => attention({ size: 4, heads: n }),
  'lstm in': (n) => lstm({ in: n, size: 3 }),
  'lstm size': (n) => lstm({ in: 3, size: n }),
  'embedding count': (n) => embedding({ count: n, size: 3 }),
  'embedding size': (n) => embedding({ count: 3, size: n }),
  'batchNorm channels': (n) => batchNorm({ channels: n }),
  'layerNorm size': (n) => layerNorm({ size: n }),
  'maxPool2d window': (n) => maxPool2d({ window: n }),
  'avgPool2d stride': (n) => avgPool2d({ window: 2, stride: n }),
  'mlp classes': (n) => modelNamed('mlp').build({ input: [4], classes: n }),
};

for (const [name, make] of Object.entries(makers)) {
  test(`${name} is a whole number >= 1`, () => {
    assert.ok(make(1).kind);
    for (const n of [0, -1, 1.5, Number.NaN]) throws(() => make(n), ShapeError, /is a whole number >= 1[;,].* got/);
  });
}

test('a window has a size for each spatial mode', () => {
  throws(() => conv2d({ in: 1, out: 1, window: [3] }), ShapeError, /a window has 2 sizes; got \[3\]/);
  throws(() => conv1d({ in: 1, out: 1, window: [3, 3] }), ShapeError, /a window has 1 sizes/);
  throws(() => conv1d({ in: 1, out: 1, window: 3, stride: [1, 2] }), ShapeError, /stride is a whole number >= 1; got/);
  throws(() => conv2d({ in: 1, out: 1, window: 3, padding: -1 }), ShapeError, /padding is a whole number >= 0/);
});

test('a model is widened by a positive factor', () => {
  for (const width of [0, -1, Number.NaN]) {
    throws(() => modelNamed('mlp').build({ input: [4], classes: 2, width }), ShapeError, /positive factor/);
  }
});

test('parameters of another model are refused by name', () => {
  const context: Context = { training: false, key: key(1), path: '', updates: new Map() };
  const [x, sequence] = [ones([2, 4]), ones([2, 3, 4])];
  const other = { scale: ones([4]) };
  throws(() => linear({ in: 4, out: 2 }).apply({}, x, context), ShapeError, /have 'weight'; got none;/);
  throws(() => batchNorm({ channels: 4 }).apply(other, x, context), ShapeError, /have 'gamma'; got scale;/);
  throws(() => lstm({ in: 4, size: 4 }).apply({}, sequence, context), ShapeError, /have 'input'/);
  throws(() => attention({ size: 4, heads: 2 }).apply({}, sequence, context), ShapeError, /have 'weight'/);
  throws(() => lstm({ in: 4, size: 4 }).apply({}, ones([2, 0, 4]), context), ShapeError, /length >= 1/);
});

test.run();
