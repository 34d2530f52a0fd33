/** Tables by index: padding, repeated rows, hashes, quotients, and tables far larger than memory. */

import fc from 'fast-check';
import { backend } from '../../src/backend/current.ts';
import { ShapeError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { formats } from '../../src/formats/all.ts';
import { distinctOf } from '../../src/formats/entries.ts';
import { lowRankWeight } from '../../src/formats/make.ts';
import { Factored, ranksOf } from '../../src/formats/network.ts';
import { rowModes } from '../../src/formats/rowModes.ts';
import { storedCount, type Weight } from '../../src/formats/weight.ts';
import { countsOf } from '../../src/nn/counts.ts';
import { embedding } from '../../src/nn/embedding.ts';
import { bucketsOf, hashEmbedding } from '../../src/nn/hashEmbedding.ts';
import { distinctCount, indexTable } from '../../src/nn/indices.ts';
import { type Module, own, type Params } from '../../src/nn/module.ts';
import { digitsOf, quotientEmbedding } from '../../src/nn/quotientEmbedding.ts';
import { gather } from '../../src/ops/gather.ts';
import { vjp } from '../../src/ops/grad.ts';
import { normal } from '../../src/ops/random.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { evaluation } from '../../src/train/evaluate.ts';
import { leavesOf, type Tree, withLeaves } from '../../src/tree.ts';
import { difference } from '../laws/format.ts';
import { leakFree } from '../support/leaks.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('embedding');

const indices = (...values: number[]): Tensor => tensor(Int32Array.from(values));
const look = (layer: Module, params: Params, index: Tensor): Tensor => layer.apply(params, index, evaluation());

/** Gradients of the leaves of parameters for a cotangent of the rows. */
function gradients(layer: Module, params: Params, index: Tensor, g: Tensor): readonly Tensor[] {
  const leaves = leavesOf<Tensor>(params as Tree<Tensor>);
  const through = (...parts: Tensor[]): Tensor => {
    const at = new Map([...leaves.keys()].map((path, k) => [path, parts[k]!]));
    return look(layer, withLeaves<Tensor, Params>(params, at), index);
  };
  return vjp(through, [...leaves.values()], g).gradients;
}

for (const { name } of formats.filter((format) => format.name !== 'dense')) {
  test(`a table of 31 rows in ${name} with modes that multiply to 36 is that table and nothing beyond`, () => {
    const make = lowRankWeight({ format: name, rank: 2 });
    const layer = embedding({ count: 31, size: 8, fold: [3, 4, 3], weight: make });
    const params = layer.init(key(1), 'table');
    const weight = own<Weight>(params, 'weight');
    assert.instance(weight, Factored);
    const cut = ranksOf(weight as Factored);
    assert.is(Object.keys(cut).length > 0 && weight.shape[0], name === 'lowRank' ? 31 : 36);
    const whole = full(weight as Factored);
    const index = indices(0, 30, 7, 7, 7, 29, 30);
    assert.ok(difference(look(layer, params, index), gather(whole, index)) < 1e-6);
    const { denseParameters, parameters } = countsOf(layer, params);
    assert.equal([denseParameters, parameters], [31 * 8, storedCount(weight)]);
    assert.is(layer.profile(params, [7], '')[0]!.denseParameters, 31 * 8);
    for (const bad of [31, 35, 36, -1]) {
      throws(() => look(layer, params, indices(2, bad)), ShapeError, /index lies in 0\.\.30; got -?\d+/);
    }
  });
}

test('a share of the parameters is one of the rows that count', () => {
  const make = lowRankWeight({ format: 'tt', rank: 0.25 });
  const weight = own<Weight>(
    embedding({ count: 1000, size: 16, fold: [10, 10, 20], weight: make }).init(key(1), ''),
    'weight',
  );
  assert.ok(storedCount(weight) <= 4000 && storedCount(weight) > 3000, String(storedCount(weight)));
});

test('rows that come up several times are contracted once, with the same values and summed gradients', () => {
  const layer = embedding({ count: 60, size: 6, fold: [4, 15], weight: lowRankWeight({ format: 'tt', rank: 3 }) });
  const params = layer.init(key(2), 'table');
  const repeated = [5, 5, 9, 5, 59, 9, 5, 5];
  const once = look(layer, params, indices(5, 9, 59));
  const many = look(layer, params, indices(...repeated));
  const places = indices(...repeated.map((i) => [5, 9, 59].indexOf(i)));
  assert.ok(difference(many, gather(once, places)) < 1e-7);
  const g = normal(key(3), many.shape);
  const got = gradients(layer, params, indices(...repeated), g);
  const one = repeated.map((i, b) => {
    const row = tensor(Float32Array.from(dataSync(g).slice(6 * b, 6 * b + 6)), [1, 6]);
    return gradients(layer, params, indices(i), row);
  });
  got.forEach((gradient, part) => {
    const sum = new Float64Array(gradient.size);
    for (const each of one) dataSync(each[part]!).forEach((v: number, k: number) => (sum[k]! += v));
    const largest = Math.max(...sum.map(Math.abs));
    dataSync(gradient).forEach((v: number, k: number) => assert.ok(Math.abs(v - sum[k]!) < 1e-5 * largest));
  });
});

test('distinct numbers and their places give the list again', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (list) => {
      const { distinct, place } = distinctOf(Int32Array.from(list));
      assert.is(new Set(distinct).size, distinct.length);
      assert.equal(
        [...place].map((p) => distinct[p]),
        list,
      );
      assert.is(distinctCount(tensor(Int32Array.from(list), [list.length])), distinct.length);
    }),
  );
});

test('modes of rows have room for all of them and little more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000_000 }), fc.integer({ min: 1, max: 4 }), (count, modes) => {
      const found = rowModes(count, modes);
      const room = found.reduce((n, m) => n * m, 1);
      assert.is(found.length, modes);
      assert.ok(room >= count && (count < 1000 || room < 1.05 * count), `${found} for ${count}`);
      assert.ok(modes === 1 || count < 1000 || found.at(-1)! < 4 * found[0]!, `${found} for ${count}`);
    }),
  );
  throws(() => rowModes(0, 2), ShapeError, /got 0, 2/);
});

test('the paper’s largest table is looked up and trained from its parts alone, in four formats', () => {
  const count = 10_131_227;
  const cases: [string, number, number][] = [
    ['tt', 24, 278_592],
    ['ttMatrix', 16, 270_080],
    ['tucker', 22, 251_812],
    ['cp', 349, 278_502],
  ];
  for (const [format, rank, stored] of cases) {
    const layer = embedding({ count, size: 128, fold: [200, 220, 250], weight: lowRankWeight({ format, rank }) });
    const params = layer.init(key(4), 'table');
    assert.equal(countsOf(layer, params), {
      parameters: stored,
      denseParameters: count * 128,
      compression: (count * 128) / stored,
    });
    const index = indices(0, count - 1, 12_345, 9_999_999, 12_345);
    const before = process.memoryUsage().arrayBuffers;
    const rows = leakFree(backend(), () => look(layer, params, index));
    assert.equal(rows.shape, [5, 128]);
    assert.ok(gradients(layer, params, index, normal(key(5), [5, 128])).every((g) => dataSync(g).some((v) => v !== 0)));
    assert.ok(process.memoryUsage().arrayBuffers - before < 64e6);
    throws(() => look(layer, params, indices(count)), ShapeError, /index lies in 0\.\.10131226; got 10131227/);
    if (format === 'tt') assert.ok(Math.abs(entryByHand(params, count - 1, 5) - dataSync(rows)[128 + 5]!) < 1e-6);
  }
});

/** An entry of a tensor train over [200, 220, 250] rows and 128 columns, all ranks 24. */
function entryByHand(params: Params, row: number, column: number): number {
  const { parts } = own<Weight>(params, 'weight') as Factored;
  const [first, ...others] = Object.values(parts).map((part) => dataSync(part));
  const modes = [200, 220, 250, 128];
  const [start, ...rest] = [...digitsOf(Int32Array.of(row), [200, 220, 250]).map((digit) => digit[0]!), column];
  let left = Array.from({ length: 24 }, (_, r) => first![start! * 24 + r]!);
  others.forEach((core, k) => {
    const [n, i, ranks] = [modes[k + 1]!, rest[k]!, k === 2 ? 1 : 24];
    left = Array.from({ length: ranks }, (_, s) =>
      left.reduce((sum, v, r) => sum + v * core[(r * n + i) * ranks + s]!, 0),
    );
  });
  return left[0]!;
}

test('hashes are the same for a seed, differ between seeds, and spread evenly', () => {
  const all = Int32Array.from({ length: 20_000 }, (_, k) => k);
  const first = bucketsOf(all, 50, 2, 7);
  assert.equal(first, bucketsOf(all, 50, 2, 7));
  assert.not.equal(first, bucketsOf(all, 50, 2, 8));
  const filled = new Int32Array(50);
  for (const bucket of first) filled[bucket]!++;
  // 800 expected in each, with a deviation of 28.
  assert.ok(
    filled.every((n) => Math.abs(n - 800) < 150),
    String(filled),
  );
  const pairs = new Set(Array.from({ length: 2000 }, (_, k) => `${first[2 * k]} ${first[2 * k + 1]}`));
  assert.ok(pairs.size > 1000, `${pairs.size} pairs`);
});

test('hashed rows come from the stored ones, and two hashes are a sum of two', () => {
  const one = hashEmbedding({ count: 1e6, size: 4, buckets: 3 });
  const params = one.init(key(1), '');
  const table = dataSync(own(params, 'weight'));
  const index = indices(999_999, 0, 17, 999_999);
  const rows = dataSync(look(one, params, index));
  bucketsOf(Int32Array.of(999_999, 0, 17, 999_999), 3, 1, 0).forEach((bucket, b) => {
    for (let k = 0; k < 4; k++) assert.is(rows[4 * b + k], table[4 * bucket + k]);
  });
  const two = dataSync(look(hashEmbedding({ count: 1e6, size: 4, buckets: 3, hashes: 2 }), params, indices(17)));
  const [a, b] = bucketsOf(Int32Array.of(17), 3, 2, 0);
  for (let k = 0; k < 4; k++) assert.is(two[k], Math.fround(table[4 * a! + k]! + table[4 * b! + k]!));
  throws(() => look(one, params, indices(1e6)), ShapeError, /hashEmbedding: an index lies in 0\.\.999999/);
  throws(() => hashEmbedding({ count: 5, size: 4, buckets: 3, hashes: 3 }), ShapeError, /1 or 2 hashes; got 3/);
  throws(() => hashEmbedding({ count: 5, size: 4, buckets: 0 }), ShapeError, /buckets is a whole number/);
});

test('quotients and remainders give every index a row of its own', () => {
  const layer = quotientEmbedding({ count: 90, size: 4, radices: [9, 10] });
  const params = layer.init(key(1), '');
  const all = dataSync(look(layer, params, indices(...Array.from({ length: 90 }, (_, k) => k))));
  assert.is(new Set(Array.from({ length: 90 }, (_, k) => all.slice(4 * k, 4 * k + 4).join())).size, 90);
  const [quotient, remainder] = [dataSync(own(params, 'table0')), dataSync(own(params, 'table1'))];
  assert.is(all[4 * 57 + 2], Math.fround(quotient[4 * 5 + 2]! * remainder[4 * 7 + 2]!));
  const spread = Math.sqrt(Float32Array.from(all).reduce((s: number, v: number) => s + v * v, 0) / 360);
  assert.ok(spread > 0.01 && spread < 0.04, String(spread));
  const sums = quotientEmbedding({ count: 90, size: 4, radices: [9, 10], combine: 'sum' });
  assert.is(dataSync(look(sums, params, indices(57)))[2], Math.fround(quotient[22]! + remainder[30]!));
  throws(() => quotientEmbedding({ count: 90, size: 4, radices: [8, 10] }), ShapeError, /at least 90; got \[8, 10\]/);
  throws(() => look(layer, params, indices(90)), ShapeError, /0\.\.89; got 90/);
});

test('columns of a table become indices, and what is none is named', () => {
  const placed = [
    { column: { name: 'user', kind: 'index', count: 4 } as const, at: 2 },
    { column: { name: 'day', kind: 'index', count: 7 } as const, at: 0 },
  ];
  const x = tensor([
    [6, 0.5, 3],
    [0, -1, 0],
  ]);
  assert.equal([...dataSync(indexTable('dlrm', x, placed))], [3, 6, 0, 0]);
  const wrong = (value: number): Tensor => tensor([[6, 0.5, value]]);
  throws(() => indexTable('dlrm', wrong(4), placed), ShapeError, /'user' holds whole numbers from 0 to 3; got 4 in/);
  for (const value of [0.5, -1, Number.NaN])
    throws(() => indexTable('dlrm', wrong(value), placed), ShapeError, /'user'/);
});

test('folds that hold too few rows are refused', () => {
  throws(() => embedding({ count: 31, size: 8, fold: [5, 6] }), ShapeError, /at least that; got \[5, 6\]/);
  throws(() => embedding({ count: 31, size: 8, fold: [] }), ShapeError);
  throws(() => embedding({ count: 31, size: 8, fold: [5.5, 7] }), ShapeError);
  const plain = embedding({ count: 31, size: 8, fold: [4, 8] });
  const params = plain.init(key(1), '');
  assert.equal(own(params, 'weight').shape, [31, 8]);
  assert.ok(difference(look(plain, params, indices(30)), gather(own(params, 'weight'), indices(30))) === 0);
});

test.run();
