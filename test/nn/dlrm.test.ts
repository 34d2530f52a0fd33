/** The recommendation model: its arithmetic by hand, the published tables, the kinds of embeddings, and what it refuses. */

import type { Column } from '../../src/columns.ts';
import { ShapeError } from '../../src/errors.ts';
import { lowRankWeight, outlineWeight } from '../../src/formats/make.ts';
import { Factored } from '../../src/formats/network.ts';
import { storedCount } from '../../src/formats/weight.ts';
import { countsOf } from '../../src/nn/counts.ts';
import { interaction } from '../../src/nn/interaction.ts';
import { CRITEO_SIZE, criteoRanks, criteoTables } from '../../src/nn/models/criteo.ts';
import { dlrm } from '../../src/nn/models/dlrm.ts';
import type { ModelOptions } from '../../src/nn/models/model.ts';
import { branch, own, type Params } from '../../src/nn/module.ts';
import { parametersOf } from '../../src/nn/narrow.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { evaluation, forward } from '../../src/train/evaluate.ts';
import { gradcheck } from '../support/gradcheck.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

/** Twelve numbers for [2, 3, 2]. */
const ramp = Array.from({ length: 12 }, (_, k) => (k % 5) - 1.5 * (k % 3) + 0.1 * k);

const test = suite('dlrm');

const columns: readonly Column[] = [
  { name: 'user', kind: 'index', count: 300 },
  { name: 'age', kind: 'number' },
  { name: 'day', kind: 'index', count: 7 },
  { name: 'price', kind: 'number' },
];
const options: ModelOptions = { input: [4], classes: 2, columns, embeddingSize: 3 };
const x = tensor([
  [299, 0.5, 6, -1],
  [0, -2, 0, 1],
  [299, 1, 3, 0],
]);

test('outputs are those of the formulas', () => {
  const model = dlrm.build(options);
  const params = model.init(key(1), '');
  const values = (path: string): number[] => {
    const names = path.split('.');
    const at = names.slice(0, -1).reduce((p: Params, name) => branch(p, name), params);
    return [...dataSync(own(at, names.at(-1)!))];
  };
  const layer = (path: string, input: number[], isRelu: boolean): number[] => {
    const [weight, bias] = [values(`${path}.weight`), values(`${path}.bias`)];
    return bias.map((b, o) => {
      const y = input.reduce((sum, v, i) => sum + v * weight[o * input.length + i]!, b);
      return isRelu ? Math.max(0, y) : y;
    });
  };
  const outputs = dataSync(forward(model, params, x));
  [...dataSync(x)].forEach((_, k, all) => {
    if (k % 4 !== 0) return;
    const [user, age, day, price] = all.slice(k, k + 4) as [number, number, number, number];
    const bottom = layer('bottom.fc2', layer('bottom.fc1', [age, price], true), true);
    const vectors = [
      bottom,
      values('tables.user.weight').slice(3 * user, 3 * user + 3),
      values('tables.day.weight').slice(3 * day, 3 * day + 3),
    ];
    const dot = (a: number, b: number): number => vectors[a]!.reduce((sum, v, i) => sum + v * vectors[b]![i]!, 0);
    const joined = [...bottom, dot(1, 0), dot(2, 0), dot(2, 1)];
    const top = layer('top.classifier', layer('top.fc2', layer('top.fc1', joined, true), true), false);
    top.forEach((value, c) => assert.ok(Math.abs(value - outputs[k / 2 + c]!) < 1e-5));
  });
});

test('profile rows count every parameter, and the output has a value a class', () => {
  const model = dlrm.build({ ...options, classes: 5 });
  const params = model.init(key(1), '');
  assert.equal(model.outputShape([4]), [5]);
  const rows = model.profile(params, [4], '');
  const sum = (of: 'parameters' | 'denseParameters'): number => rows.reduce((n, row) => n + row[of], 0);
  const counts = countsOf(model, params);
  assert.equal([sum('parameters'), sum('denseParameters')], [counts.parameters, counts.denseParameters]);
  assert.ok(rows.every(({ flops, path }) => flops >= 0 && path !== ''));
});

test('without numbers a learned vector meets the tables, so that categories have biases', () => {
  const only = columns.filter(({ kind }) => kind === 'index');
  const model = dlrm.build({ ...options, input: [2], columns: only });
  const params = model.init(key(2), '');
  const y = forward(
    model,
    params,
    tensor([
      [3, 4],
      [5, 6],
    ]),
  );
  assert.equal(y.shape, [2, 2]);
  assert.equal(own(branch(params, 'bottom'), 'vector').shape, [3]);
});

test('pairs of vectors give their dot products, with gradients', () => {
  const layer = interaction(3, 2);
  assert.equal(layer.outputShape([3, 2]), [5]);
  const vectors = tensor([
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ]);
  assert.equal([...dataSync(layer.apply({}, vectors, evaluation()))], [1, 2, 11, 17, 39]);
  gradcheck((v) => layer.apply({}, v, evaluation()), [{ shape: [2, 3, 2], values: ramp }]);
});

test('the five published tables hold 4,248,739,968 numbers, and start at about 1.13 million', () => {
  const dense = criteoTables.reduce((n, { count }) => n + count * CRITEO_SIZE, 0);
  assert.is(dense, 4_248_739_968);
  const starts = { tt: 1_135_752, ttMatrix: 1_130_048, tucker: 1_131_212, cp: 1_134_876 };
  for (const [format, ranks] of Object.entries(criteoRanks)) {
    assert.is(storedBy(format, ranks), starts[format as keyof typeof starts], format);
  }
});

test('the published final ranks store what was published', () => {
  const tt = [
    [23, 5, 7],
    [20, 3, 5],
    [15, 6, 4],
    [22, 6, 5],
    [23, 6, 7],
  ];
  const ttMatrix = [
    [16, 4],
    [16, 1],
    [16, 2],
    [16, 2],
    [16, 1],
  ];
  assert.is(storedBy('tt', tt), 153_582);
  assert.is(storedBy('ttMatrix', ttMatrix), 199_504);
  assert.is(storedBy('cp', [163, 163, 161, 175, 153]), 559_687);
});

/** Stored numbers of the published tables at ranks of theirs. */
function storedBy(format: string, ranks: readonly (number | readonly number[])[]): number {
  const stored = criteoTables.map(({ count, fold }, k) =>
    scope(() =>
      storedCount(
        lowRankWeight({ format, rank: ranks[k]! })({
          axes: [
            { size: count, role: 'out' },
            { size: CRITEO_SIZE, role: 'in' },
          ],
          rows: fold!,
          std: 0.1,
          key: key(1),
          path: 'table',
        }),
      ),
    ),
  );
  return stored.reduce((n, m) => n + m, 0);
}

test('a model over the published tables is built, counted and applied without forming them', () => {
  const big = { input: [5], classes: 2, columns: criteoTables, embeddingSize: CRITEO_SIZE };
  const model = dlrm.build({ ...big, weight: lowRankWeight({ format: 'tt', rank: 24 }) });
  const params = model.init(key(1), '');
  const { parameters, denseParameters } = countsOf(model, params);
  assert.is(denseParameters - parameters, 4_248_739_968 - 1_135_752);
  assert.ok(parameters < 1.2e6, String(parameters));
  assert.is(parametersOf(dlrm, big), denseParameters);
  const last = criteoTables.map(({ count }) => count - 1);
  assert.ok(dataSync(forward(model, params, tensor([last, [0, 0, 0, 0, 0]]))).every((v) => Number.isFinite(v)));
  const beyond = last.map((i, k) => (k === 3 ? i + 1 : i));
  throws(() => forward(model, params, tensor([beyond])), ShapeError, /'c16' holds whole numbers from 0 to 5461305/);
});

test('few rows stay dense in every format; others are cut with room to spare', () => {
  const model = dlrm.build({ ...options, weight: lowRankWeight({ format: 'tt', rank: 2 }) });
  const tables = branch(model.init(key(1), ''), 'tables') as unknown as Record<string, { weight: unknown }>;
  assert.instance(tables.user!.weight, Factored);
  assert.not.instance(tables.day!.weight, Factored);
});

test('hashed and quotient tables store at most their budget', () => {
  for (const embedding of ['hash', 'quotient'] as const) {
    const model = dlrm.build({ ...options, embedding, embeddingBudget: 150 });
    const user = branch(branch(model.init(key(1), ''), 'tables'), 'user');
    const stored = Object.values(user as unknown as Record<string, { size: number }>).reduce((n, w) => n + w.size, 0);
    assert.ok(stored <= 150 && stored > 40, `${embedding} ${stored}`);
    assert.equal(forward(model, model.init(key(1), ''), x).shape, [3, 2]);
  }
  const least = (): unknown => dlrm.build({ ...options, embedding: 'quotient', embeddingBudget: 20 });
  throws(least, ShapeError, /store at least \d+ numbers; got a budget of 18/);
  const roomy = dlrm.build({ ...options, embedding: 'hash', embeddingBudget: 1e6 });
  assert.equal(own(branch(branch(roomy.init(key(1), ''), 'tables'), 'user'), 'weight').shape, [300, 3]);
});

test('columns of a group share a table, and names that clash or have dots get tables of their own', () => {
  const same: Column[] = [
    { name: 'a.b', kind: 'index', count: 5 },
    { name: 'a-b', kind: 'index', count: 6 },
    { name: 'from', kind: 'index', count: 9, group: 'place' },
    { name: 'to', kind: 'index', count: 9, group: 'place' },
    { name: 'constructor', kind: 'index', count: 2 },
  ];
  const model = dlrm.build({ ...options, input: [5], columns: same, weight: outlineWeight });
  const tables = branch(model.init(key(1), ''), 'tables') as unknown as object;
  assert.equal(Object.keys(tables), ['a_b', 'a_b_1', 'place', 'constructor_4']);
});

test('what is no table of categories is refused', () => {
  throws(
    () => dlrm.build({ input: [1, 8, 8], classes: 2 }),
    ShapeError,
    /columns of categories; got none in \[1, 8, 8\]/,
  );
  throws(() => dlrm.build({ ...options, columns: [columns[1]!] }), ShapeError, /columns of categories/);
  throws(() => dlrm.build({ ...options, input: [5] }), ShapeError, /4 kinds for \[5\]/);
  const model = dlrm.build(options);
  throws(() => model.outputShape([3]), ShapeError, /a table of 4 columns/);
  throws(
    () => forward(model, model.init(key(1), ''), tensor([[1.5, 0, 0, 0]])),
    ShapeError,
    /'user' .* 1.5 in example 0/,
  );
});

test.run();
