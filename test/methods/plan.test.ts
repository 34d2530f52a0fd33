import { FormatError, RankError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import type { Factored } from '../../src/formats/network.ts';
import { Sum } from '../../src/formats/weight.ts';
import { lowered } from '../../src/methods/forms.ts';
import { checkLayers, leftEvents, numbersByLayer, planned, ranksWithout } from '../../src/methods/plan.ts';
import { withSites } from '../../src/methods/sites.ts';
import { attention } from '../../src/nn/attention.ts';
import { conv1d } from '../../src/nn/conv.ts';
import { embedding } from '../../src/nn/embedding.ts';
import { linear } from '../../src/nn/linear.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { lstm } from '../../src/nn/recurrent.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { normal } from '../../src/ops/random.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { evaluation } from '../../src/train/evaluate.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('plan');

const words = tensor(
  Int32Array.from({ length: 10 }, (_, k) => (7 * k) % 30),
  [2, 5],
);
const signal = normal(key(2), [2, 8, 12]);

/** Layers of every kind that has weights, and inputs for them. */
const kinds: Readonly<Record<string, readonly [Module, Tensor, number]>> = {
  'embedding, attention, lstm and linear': [
    sequential({
      table: embedding({ count: 30, size: 12 }),
      mix: attention({ size: 12, heads: 2 }),
      memory: lstm({ in: 12, size: 8 }),
      fc: linear({ in: 8, out: 12 }),
    }),
    words,
    8,
  ],
  'a convolution': [sequential({ conv: conv1d({ in: 8, out: 12, window: 3 }) }), signal, 1],
  'a convolution in groups': [sequential({ conv: conv1d({ in: 8, out: 12, window: 3, groups: 2 }) }), signal, 1],
};

for (const [kind, [model, x, count]] of Object.entries(kinds)) {
  for (const format of ['lowRank', 'tucker', 'tt', 'ttMatrix', 'cp']) {
    test(`${kind}: all weights become ${format}, and layers take them`, () => {
      const params = model.init(key(1), '');
      const { weights } = planned(model, params, { format, rank: 2, keep: [] });
      assert.is(weights.length, count);
      const forms = weights.map((each) => [each.site.nodePath, lowered(each.weight, each)] as const);
      const dense = forms.map(([path, form]) => [path, full(form)] as const);
      const outputs = [forms, dense].map((nodes) => {
        const seen = withSites(params, new Map<string, Tensor | Factored>(nodes));
        return [...(dataSync(model.apply(seen, x, evaluation())) as Float32Array)];
      });
      const size = Math.max(...outputs[0]!.map(Math.abs));
      assert.ok(size > 0);
      outputs[0]!.forEach((y, k) => assert.ok(Math.abs(y - outputs[1]![k]!) <= 1e-5 * size));
      forms.forEach(([, form], k) => assert.is(form.count, weights[k]!.stored));
    });
  }
}

test('weights that would not shrink, are low-rank, or are kept are left out', () => {
  const model = kinds['embedding, attention, lstm and linear']![0];
  const params = model.init(key(1), '');
  const plan = planned(model, params, { format: 'lowRank', rank: 6, keep: ['mix', 'table'] });
  assert.equal(
    plan.weights.map(({ site }) => site.path),
    ['memory.input', 'memory.recurrent'],
  );
  assert.equal(
    leftEvents(plan).map(({ message }) => message),
    ['fc.weight stays dense: lowRank would store 120 of 96 parameters'],
  );
  const [first] = plan.weights;
  const once = withSites(params, new Map([[first!.site.nodePath, lowered(first!.weight, first!)]]));
  assert.is(planned(model, once, { format: 'lowRank', rank: 6, keep: ['mix', 'table'] }).weights.length, 1);
});

test('of a sum the trained term is decomposed', () => {
  const model = sequential({ fc: linear({ in: 16, out: 12, bias: false }) });
  const [base, delta] = [1, 2].map((seed) => normal(key(seed), [12, 16])) as [Tensor, Tensor];
  const params = { fc: { weight: new Sum({ base, delta }, ['base']) } } as unknown as Params;
  const { weights } = planned(model, params, { format: 'lowRank', rank: 2, keep: [] });
  assert.is(weights[0]!.site.nodePath, 'fc.weight.delta');
  assert.is(weights[0]!.weight, delta);
});

test('folds are those of the layer, ranks those that were asked for', () => {
  const model = sequential({ fc: linear({ in: 16, out: 12, bias: false }) });
  const params = model.init(key(1), '');
  const folds = {
    fc: [
      [3, 4],
      [4, 4],
    ],
  };
  const [fc] = planned(model, params, { format: 'ttMatrix', rank: 5, keep: [], folds }, () => 3).weights;
  assert.is(fc!.stored, 3 * 4 * 3 + 4 * 4 * 3);
  assert.equal(lowered(fc!.weight, fc!).shape, [12, 16]);
  assert.equal(ranksWithout(fc!.layout, 0.9), [1]);
  // In floating point 10 (1 - 0.8) lies below 2.
  const wide = sequential({ fc: linear({ in: 40, out: 10 }) });
  const [flat] = planned(wide, wide.init(key(1), ''), { format: 'lowRank', rank: 1, keep: [] }).weights;
  assert.equal(ranksWithout(flat!.layout, 0.8), [2]);
  // No rank stores less than 26 of 160: a share below that means rank 1.
  const [least] = planned(model, params, { format: 'lowRank', rank: 0.01, keep: [] }).weights;
  assert.equal(least!.ranks, { r: 1 });
});

test('what is no plan is refused by name', () => {
  const model = sequential({ fc: linear({ in: 16, out: 12 }) });
  const params = model.init(key(1), '');
  throws(() => planned(model, params, { format: 'svd', rank: 2, keep: [] }), RankError, /svd/);
  throws(() => planned(model, params, { format: 'tt', rank: 1.5, keep: [] }), RankError);
  throws(() => checkLayers('lrpet', ['fc2'], model, params), FormatError, /fc\.weight/);
  assert.equal(
    [...numbersByLayer('lrpet', 'a.b:0.5;c:3')],
    [
      ['a.b', 0.5],
      ['c', 3],
    ],
  );
  assert.is(numbersByLayer('lrpet', '').size, 0);
  for (const text of ['a', 'a:', ':3', 'a:0', 'a:x', 'a:1:2', 'a:1;;b:2']) {
    throws(() => numbersByLayer('lrpet', text), FormatError, /LAYER:NUMBER/);
  }
});

test.run();
