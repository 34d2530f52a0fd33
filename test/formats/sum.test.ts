import { DtypeError, RankError, ShapeError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { formatNamed, formats } from '../../src/formats/all.ts';
import { applyWeight } from '../../src/formats/apply.ts';
import { convWeighted } from '../../src/formats/conv.ts';
import { at, rows } from '../../src/formats/entries.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { denseWeight, lowRankWeight, weightsByPath } from '../../src/formats/make.ts';
import { Factored } from '../../src/formats/network.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import { pack, unpack } from '../../src/formats/store.ts';
import { storedCount, Sum } from '../../src/formats/weight.ts';
import { conv2d } from '../../src/ops/conv.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { leavesOf } from '../../src/tree.ts';
import { difference, noise } from '../laws/format.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('sums and makers of weights');

function delta(format: string, axes: { size: number; role: 'out' | 'in' | 'window' }[]): Factored {
  const layout = formatNamed(format).layout(axes);
  const ranks = resolveRanks(formatNamed(format), layout, 2);
  return randomFactored(format, layout, ranks, { std: 0.5, key: key(2), dtype: 'f64' });
}

const matrix = [
  { size: 6, role: 'out' as const },
  { size: 8, role: 'in' as const },
];
const kernel = [...matrix, { size: 3, role: 'window' as const }, { size: 3, role: 'window' as const }];

test('a frozen matrix plus a low-rank delta acts as their sum', () => {
  for (const format of ['lowRank', 'tt', 'ttMatrix', 'cp']) {
    const base = noise([6, 8], 1);
    const w = new Sum({ base, delta: delta(format, matrix) }, ['base']);
    const x = noise([4, 8], 3);
    const product = { weight: ['o', 'i'], input: ['b', 'i'], out: ['b', 'o'] };
    assert.ok(difference(applyWeight(w, x, product), matmul(x, transpose(full(w), [1, 0]))) < 1e-13);
    const index = tensor(Int32Array.of(5, 0));
    assert.ok(difference(rows(w, index), rows(full(w), index)) < 1e-13);
    assert.is(storedCount(w), 48 + (w.terms.delta as Factored).count);
  }
});

test('convolves as the sum of the kernels', () => {
  const w = new Sum({ base: noise([6, 8, 3, 3], 1), delta: delta('tucker', kernel) }, ['base']);
  const x = noise([2, 8, 6, 6], 4);
  assert.ok(difference(convWeighted(w, x, { padding: 1 }), conv2d(x, full(w), { padding: 1 })) < 1e-12);
});

test('is a branch of trees and survives being packed', () => {
  const w = new Sum({ base: noise([6, 8], 1), delta: delta('tt', matrix) }, ['base']);
  const names = [...leavesOf({ fc: { weight: w } }).keys()];
  assert.is(names[0], 'fc.weight.base');
  assert.ok(names.slice(1).every((name) => name.startsWith('fc.weight.delta.core')));
  const back = unpack(pack({ fc: { weight: w } })) as unknown as { fc: { weight: Sum } };
  assert.equal(back.fc.weight.frozen, ['base']);
  assert.equal(dataSync(full(back.fc.weight)), dataSync(full(w)));
});

test('terms must share a shape', () => {
  throws(() => new Sum({ a: noise([2, 3], 1), b: noise([3, 2], 1) }), ShapeError);
  throws(() => new Sum({}), ShapeError);
});

test('a weight that would not shrink stays dense, and the note says so', () => {
  const notes: string[] = [];
  const make = lowRankWeight({ format: 'lowRank', rank: 8, note: (text) => notes.push(text) });
  const w = make({ axes: matrix, std: 1, key: key(1), path: 'fc1.weight' });
  assert.not(w instanceof Factored);
  assert.match(notes[0]!, /^fc1\.weight: stays dense, since lowRank would store 84 of 48/);
});

test("'same' keeps a weight dense that rank 1 makes larger", () => {
  const row = [
    { size: 1, role: 'out' as const },
    { size: 7, role: 'in' as const },
  ];
  for (const { name } of formats.filter((format) => format.name !== 'dense')) {
    const notes: string[] = [];
    const make = lowRankWeight({ format: name, rank: 'same', note: (text) => notes.push(text) });
    const w = make({ axes: row, std: 1, key: key(1), path: 'w' });
    assert.not(w instanceof Factored, name);
    assert.match(notes[0]!, /^w: stays dense/);
  }
});

test('every format that takes a fold keeps it to the axes', () => {
  for (const format of formats) {
    const build = (fold: number[][]): readonly number[] => {
      const { net, axes, modes } = format.layout(kernel.slice(0, 2), { fold });
      return axes.map((list) => list.reduce((n, k) => n * modes[net.open[k]!]!, 1));
    };
    assert.equal(build([[2, 3], [4, 2]]), [6, 8], format.name); // biome-ignore format: pairs
    if (format.name === 'dense' || format.name === 'lowRank') continue;
    for (const fold of [
      [
        [2, 2],
        [8, 1],
      ],
      [[6]],
      [
        [-2, -3],
        [4, 2],
      ],
      [
        [1.5, 4],
        [4, 2],
      ],
      [[], [4, 2]],
    ]) {
      throws(() => build(fold), ShapeError, /fold|multiply/);
    }
  }
});

test('rows and entries are asked for by whole indices', () => {
  const w = delta('tt', matrix);
  throws(() => rows(w, tensor([1])), DtypeError, /indices are i32; got f32/);
  throws(() => at(w, [0.5, 0]), ShapeError, /a whole index for each of 2 axes; got \[0\.5, 0\]/);
  throws(() => at(w, [0]), ShapeError);
  throws(() => at(w, [6, 0]), ShapeError);
});

test('a cap below rank 1 gives rank 1, and the note says so', () => {
  const notes: string[] = [];
  const make = lowRankWeight({ format: 'lowRank', rank: 0.1, note: (text) => notes.push(text) });
  const w = make({ axes: matrix, std: 1, key: key(1), path: 'fc1.weight' });
  assert.is(storedCount(w), 14);
  assert.match(notes[0]!, /rank 1 in lowRank stores 14 parameters, above the cap/);
});

test('makers are chosen by path', () => {
  const make = weightsByPath({ conv1: denseWeight() }, lowRankWeight({ format: 'lowRank', rank: 1 }));
  const at = (path: string): unknown => make({ axes: matrix, std: 1, key: key(1), path });
  assert.not(at('conv1.weight') instanceof Factored);
  assert.instance(at('conv10.weight'), Factored);
});

test('ranks and folds that make no sense are refused', () => {
  const make = (rank: never, extra = {}) => lowRankWeight({ format: 'tt', rank, ...extra });
  const build = (rank: unknown, extra = {}) =>
    make(rank as never, extra)({ axes: matrix, std: 1, key: key(1), path: 'w' });
  for (const rank of [0, -1, 1.5, Number.NaN, [2, 2], { maxParams: 0 }, 'all', { maxParams: 5 }]) {
    throws(() => build(rank), RankError);
  }
  throws(() => build(2, { fold: [[2, 2], [8]] }), ShapeError, /multiply to 6/);
  throws(() => build(2, { fold: [[6]] }), ShapeError);
  throws(() => formatNamed('svd'), RankError, /lowRank/);
  assert.is(formatNamed('TT-Matrix').name, 'ttMatrix');
});

test.run();
