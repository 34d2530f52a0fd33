import { lowRankWeight } from '../../src/formats/make.ts';
import { sitesOf } from '../../src/methods/sites.ts';
import { modelNamed, models } from '../../src/nn/models/all.ts';
import type { Module } from '../../src/nn/module.ts';
import { key } from '../../src/random.ts';
import { countsOf } from '../../src/nn/counts.ts';
import { evaluation } from '../../src/train/evaluate.ts';
import { narrowWidth, parametersOf } from '../../src/nn/narrow.ts';
import { FormatError, ShapeError } from '../../src/errors.ts';
import { noise } from '../laws/format.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { cast } from '../../src/ops/cast.ts';

const test = suite('models');

for (const family of models.filter(({ needsColumns }) => !needsColumns)) {
  test(`${family.name} gives one output a class on small and large images, dense and low-rank`, () => {
    for (const input of [
      [1, 8, 8],
      [3, 32, 32],
    ]) {
      for (const weight of [undefined, lowRankWeight({ format: 'tt', rank: 0.3 })]) {
        const model: Module = family.build({ input, classes: 7, ...(weight ? { weight } : {}) });
        const params = model.init(key(1), '');
        const x = cast(noise([2, ...input], 1), 'f32');
        assert.equal(model.outputShape(input), [7]);
        assert.equal(model.apply(params, x, evaluation()).shape, [2, 7]);
        const layers = model.profile(params, input, '');
        const { parameters } = countsOf(model, params);
        assert.ok(layers.reduce((n, row) => n + row.parameters, 0) >= parameters);
      }
    }
  });
}

test('lenet5 has the published size on 28x28 images', () => {
  assert.is(parametersOf(modelNamed('lenet5'), { input: [1, 28, 28], classes: 10 }), 431_080);
});

test('resnet20 has the published size on CIFAR-10', () => {
  // He et al. 2016 count 0.27 M; the projections of the two wider stages are 1x1 convolutions with batch norm.
  assert.is(parametersOf(modelNamed('resnet20'), { input: [3, 32, 32], classes: 10 }), 272_474);
});

test('a narrowed model has at most the parameters asked for, and the next width more', () => {
  const shape = { input: [1, 8, 8], classes: 10, widths: [64, 64] };
  const family = modelNamed('mlp');
  const width = narrowWidth(family, shape, 2000);
  const stored = parametersOf(family, { ...shape, width });
  assert.ok(stored <= 2000 && stored > 1700, String(stored));
});

test('the last layer is dense, unless it is to take the format of the others', () => {
  const weight = lowRankWeight({ format: 'tt', rank: 1 });
  for (const classifier of ['dense', 'format', undefined] as const) {
    const model = modelNamed('mlp').build({
      input: [1, 8, 8],
      classes: 10,
      widths: [64],
      weight,
      ...(classifier ? { classifier } : {}),
    });
    const sites = sitesOf(model, model.init(key(1), '')).map(({ path }) => path);
    assert.equal(sites, classifier === 'format' ? ['fc1.weight', 'classifier.weight'] : ['fc1.weight']);
  }
});

test('unknown names and inputs that do not fit are refused', () => {
  throws(() => modelNamed('lenet'), FormatError, /mlp/);
  throws(() => modelNamed('lenet5').build({ input: [64], classes: 10 }), ShapeError, /mlp/);
  throws(() => modelNamed('mlp').build({ input: [4], classes: 2, widths: [0] }), ShapeError);
});

test.run();
