/**
 * Layers as they are trained: the output they promise, the parameters they count, gradients of orders 1 and 2 at the input
 * and at every parameter, and what batch normalization and dropout do only then.
 */

import { attention } from '../../src/nn/attention.ts';
import { gelu, hardSigmoid, hardTanh, relu, sigmoid, tanh } from '../../src/nn/activation.ts';
import { conv1d, conv2d } from '../../src/nn/conv.ts';
import { dropout } from '../../src/nn/dropout.ts';
import { linear } from '../../src/nn/linear.ts';
import type { Context, Module, Params } from '../../src/nn/module.ts';
import { batchNorm, layerNorm } from '../../src/nn/norm.ts';
import { avgPool2d, flatten, globalAvgPool, maxPool2d } from '../../src/nn/pool.ts';
import { lstm } from '../../src/nn/recurrent.ts';
import { residual, sequential } from '../../src/nn/sequential.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync, toArray } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { leavesOf, mapTree, withLeaves } from '../../src/tree.ts';
import { noise } from '../laws/format.ts';
import { gradcheck } from '../support/gradcheck.ts';
import { sampleOf } from '../support/samples.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('layers in training');

const context = (training = true): Context => ({ training, key: key(5), path: 'layer', updates: new Map() });

/** Fresh parameters in f64, those that start at 0 or 1 moved away from there. */
function paramsOf(module: Module): Params {
  let seed = 0;
  return mapTree<Tensor, Tensor, Params>(module.init(key(2), ''), (leaf) => {
    const shift = dataSync(noise(leaf.shape, ++seed));
    return tensor(
      Float64Array.from(dataSync(leaf), (x, k) => x + 0.2 * shift[k]!),
      leaf.shape,
    );
  });
}

interface Case {
  readonly module: Module;
  /** Of one input. */
  readonly input: readonly number[];
  /** False where derivatives jump. */
  readonly smooth?: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  linear: { module: linear({ in: 3, out: 2 }), input: [3] },
  conv2d: { module: conv2d({ in: 2, out: 2, window: 2, stride: 2, padding: 1 }), input: [2, 3, 3] },
  'conv2d in groups': { module: conv2d({ in: 2, out: 2, window: 2, dilation: 2, groups: 2 }), input: [2, 3, 3] },
  conv1d: { module: conv1d({ in: 2, out: 3, window: 2, stride: 2, padding: 1 }), input: [2, 4] },
  attention: { module: attention({ size: 4, heads: 2 }), input: [3, 4] },
  lstm: { module: lstm({ in: 2, size: 2 }), input: [3, 2] },
  'lstm, all steps': { module: lstm({ in: 2, size: 2, sequence: true }), input: [3, 2] },
  'batchNorm of vectors': { module: batchNorm({ channels: 3, eps: 0.1 }), input: [3] },
  'batchNorm of images': { module: batchNorm({ channels: 2, eps: 0.1 }), input: [2, 2, 2] },
  layerNorm: { module: layerNorm({ size: 4, eps: 0.1 }), input: [2, 4] },
  dropout: { module: dropout(0.4), input: [7] },
  relu: { module: relu(), input: [5], smooth: false },
  gelu: { module: gelu(), input: [5] },
  tanh: { module: tanh(), input: [5] },
  sigmoid: { module: sigmoid(), input: [5] },
  hardTanh: { module: hardTanh(), input: [5] },
  hardSigmoid: { module: hardSigmoid(), input: [5] },
  maxPool2d: { module: maxPool2d({ window: 2, stride: 1 }), input: [1, 3, 3], smooth: false },
  'maxPool2d, oblong': { module: maxPool2d({ window: [1, 2], stride: [2, 1] }), input: [2, 3, 3], smooth: false },
  avgPool2d: { module: avgPool2d({ window: 2, padding: 1 }), input: [2, 3, 3] },
  globalAvgPool: { module: globalAvgPool(), input: [2, 2, 3] },
  flatten: { module: flatten(), input: [2, 2] },
  'sequential and residual': {
    module: sequential({
      first: residual(sequential([layerNorm({ size: 3 }), linear({ in: 3, out: 3 }), tanh()])),
      second: residual(linear({ in: 3, out: 2 }), linear({ in: 3, out: 2, bias: false })),
    }),
    input: [3],
  },
};

for (const [name, { module, input, smooth = true }] of Object.entries(cases)) {
  const params = paramsOf(module);
  const leaves = leavesOf<Tensor>(params);
  const x = noise([3, ...input], 77);

  test(`${name} gives the shape it promises and counts its parameters`, () => {
    for (const training of [true, false]) {
      assert.equal(module.apply(params, x, context(training)).shape, [3, ...module.outputShape(input)]);
    }
    const rows = module.profile(params, input, '');
    const stored = [...leaves.values()].reduce((n, leaf) => n + leaf.size, 0);
    assert.is(
      rows.reduce((n, row) => n + row.parameters, 0),
      stored,
    );
    assert.ok(rows.every(({ flops, bytes }) => Number.isInteger(flops) && flops >= 0 && bytes > 0));
  });

  for (const order of [1, 2] as const) {
    test(`${name} has right gradients of order ${order}`, () => {
      const fn = (input: Tensor, ...values: Tensor[]): Tensor => {
        const at = new Map([...leaves.keys()].map((path, k) => [path, values[k]!]));
        return module.apply(withLeaves<Tensor, Params>(params, at), input, context());
      };
      gradcheck((...xs) => fn(xs[0]!, ...xs.slice(1)), [x, ...leaves.values()].map(sampleOf), { order, smooth });
    });
  }
}

test('running averages move towards the batch in training, and are what counts afterwards', () => {
  const module = batchNorm({ channels: 2, momentum: 0.25, eps: 0 });
  const params = module.init(key(1), '') as unknown as Record<string, Tensor>;
  const x = tensor(Float32Array.of(1, 10, 3, 30), [2, 2]);
  const at = context();
  const y = module.apply(params, x, at);
  assert.equal(toArray(y), [
    [-1, -1],
    [1, 1],
  ]);
  const moved = Object.fromEntries([...at.updates].map(([path, value]) => [path, toArray(value)]));
  assert.equal(moved, { 'layer.mean': [0.5, 5], 'layer.variance': [1, 25.75] });
  const later = { ...params, mean: tensor([1, 10]), variance: tensor([4, 100]) };
  const used = context(false);
  assert.equal(toArray(module.apply(later, x, used)), [
    [0, 0],
    [1, 2],
  ]);
  assert.is(used.updates.size, 0);
});

test('dropout depends on the pass and the place, and does nothing afterwards', () => {
  const x = tensor(new Float32Array(400).fill(1));
  const apply = (change: Partial<Context>): number[] => [
    ...dataSync(dropout(0.25).apply({}, x, { ...context(), ...change })),
  ];
  const first = apply({});
  assert.equal(apply({}), first);
  assert.not.equal(apply({ path: 'other' }), first);
  assert.not.equal(apply({ key: key(6) }), first);
  assert.ok(first.every((v) => v === 0 || v === Math.fround(4 / 3)));
  assert.ok(Math.abs(first.filter((v) => v === 0).length - 100) < 40);
  assert.equal(apply({ training: false }), [...dataSync(x)]);
});

test.run();
