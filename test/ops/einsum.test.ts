/** einsum and contract against plain loops, over random networks, layouts and backends. */

import fc from 'fast-check';
import { withBackend } from '../../src/backend/current.ts';
import { contract, einsum } from '../../src/ops/einsum/einsum.ts';
import { broadcastTo } from '../../src/ops/broadcast.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { range, tensor } from '../../src/tensor/create.ts';
import { dataSync, item, toArray } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { naiveEinsum } from '../support/naive.ts';
import { seeded } from '../support/random.ts';
import { empty, filled, type Sample, sample } from '../support/samples.ts';
import { assert, suite } from '../support/test.ts';
import { opLaws } from '../laws/op.ts';

type Layout = 'dense' | 'transposed' | 'repeated';

interface Net {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly sizes: Readonly<Record<string, number>>;
  readonly layouts: readonly Layout[];
  readonly seed: number;
}

const names = ['a', 'b', 'c', 'd', 'e'];

const nets: fc.Arbitrary<Net> = fc
  .record({
    inputs: fc.array(fc.array(fc.constantFrom(...names), { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    sizes: fc.record(Object.fromEntries(names.map((name) => [name, fc.integer({ min: 1, max: 4 })]))),
    layouts: fc.array(fc.constantFrom<Layout>('dense', 'transposed', 'repeated'), { minLength: 4, maxLength: 4 }),
    seed: fc.integer(),
    keep: fc.shuffledSubarray(names),
  })
  .map(({ keep, ...net }) => {
    const present = new Set(net.inputs.flat());
    return { ...net, output: keep.filter((label) => present.has(label)) };
  });

function operand(labels: readonly string[], net: Net, layout: Layout, random: () => number): Tensor {
  const shape = labels.map((label) => net.sizes[label]);
  const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, random);
  const size = shape.reduce((a, b) => a * b, 1);
  if (layout === 'transposed') return transpose(tensor(numbers(size), [...shape].reverse()));
  if (layout === 'dense' || shape.length === 0) return tensor(numbers(size), shape);
  return broadcastTo(tensor(numbers(size / shape[0]), [1, ...shape.slice(1)]), shape);
}

function near(got: ArrayLike<number>, want: readonly number[]): void {
  assert.is(got.length, want.length);
  want.forEach((w, k) => {
    assert.ok(Math.abs(got[k] - w) <= 1e-12 * (1 + Math.abs(w)) * want.length, `element ${k}: ${got[k]}, not ${w}`);
  });
}

/** Operands of a spec for drawn sizes, one per letter. */
function operandsOf(spec: string): fc.Arbitrary<Sample[]> {
  const terms = spec.split('->')[0].split(',');
  const letters = [...new Set(terms.join(''))];
  return fc
    .array(fc.integer({ min: 1, max: 3 }), { minLength: letters.length, maxLength: letters.length })
    .chain((sizes) => fc.tuple(...terms.map((term) => filled([...term].map((c) => sizes[letters.indexOf(c)])))));
}

function modelOf(spec: string): (...inputs: Sample[]) => Sample {
  const [left, right] = spec.split('->');
  const inputs = left.split(',').map((term) => [...term]);
  return (...xs) => {
    const size = new Map(
      inputs.flatMap((labels, k) => labels.map((label, axis) => [label, xs[k].shape[axis]] as const)),
    );
    const tensors = xs.map(({ shape, values }) => tensor(Float64Array.from(values), shape));
    return { shape: [...right].map((label) => size.get(label)!), values: naiveEinsum(inputs, [...right], tensors) };
  };
}

const one = (...shape: number[]): Sample => sample(shape, () => 1);

/** Products, sums, diagonals, hyperedges, batches, and operands without modes. */
const lawful: readonly (readonly [spec: string, empty: readonly (readonly Sample[])[]])[] = [
  [
    'ij,jk->ki',
    [
      [empty(0, 2), empty(2, 0)],
      [empty(2, 0), empty(0, 3)],
    ],
  ],
  ['bij,bjk->bik', [[empty(0, 2, 2), empty(0, 2, 2)]]],
  ['ir,jr,kr->ijk', [[empty(2, 0), empty(3, 0), empty(1, 0)]]],
  ['ir,jr,r->ijr', [[empty(0, 2), one(3, 2), { shape: [2], values: [1, 2] }]]],
  ['iij,jkl,k->il', [[empty(0, 0, 2), one(2, 1, 2), { shape: [1], values: [3] }]]],
  ['ii->i', [[empty(0, 0)]]],
  ['iji->j', [[empty(0, 2, 0)]]],
  ['ijk->ki', [[empty(2, 0, 3)]]],
  ['ab,cd,->ca', [[empty(0, 2), empty(0, 2), { shape: [], values: [2] }]]],
  ['xap,pbq,qcy,abc->xy', [[empty(1, 2, 0), empty(0, 1, 2), one(2, 1, 1), { shape: [2, 1, 1], values: [1, 2] }]]],
];

for (const [spec, none] of lawful) {
  opLaws({
    name: `einsum ${spec}`,
    fn: (...xs) => einsum(spec, ...xs),
    inputs: operandsOf(spec),
    model: modelOf(spec),
    empty: none,
    eps: 1e-13,
    runs: 4,
  });
}

const test = suite('einsum');

test('random networks equal plain loops', () => {
  for (const backend of [referenceBackend(), wasmBackend()]) {
    withBackend(backend, () => {
      fc.assert(
        fc.property(nets, (net) => {
          const random = seeded(net.seed);
          const xs = net.inputs.map((labels, k) => operand(labels, net, net.layouts[k], random));
          const got = contract(
            net.inputs.map((labels, k) => ({ x: xs[k], labels })),
            net.output,
          );
          assert.equal(
            got.shape,
            net.output.map((label) => net.sizes[label]),
          );
          near(dataSync(got), naiveEinsum(net.inputs, net.output, xs));
          const text = `${net.inputs.map((labels) => labels.join('')).join(',')}->${net.output.join('')}`;
          scope(() => assert.equal(dataSync(einsum(text, ...xs)), dataSync(got)));
        }),
        { numRuns: 300 },
      );
    });
  }
});

test('the result without an arrow has the labels that occur once, in alphabetical order', () => {
  const [a, b] = [tensor([[1, 2, 3]]), tensor([[4], [5], [6]])];
  assert.equal(toArray(einsum('zj,ja', a, b)), [[32]]);
  assert.equal(einsum('zj,jka', a, tensor(new Float32Array(6), [3, 2, 1])).shape, [1, 2, 1]);
  assert.is(
    item(
      einsum(
        'ii',
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ),
    5,
  );
});

test('dots stand for leading modes, which broadcast', () => {
  const count = (shape: number[]): Tensor =>
    reshape(
      range(
        0,
        shape.reduce((a, b) => a * b, 1),
        'f64',
      ),
      shape,
    );
  const [a, b] = [count([2, 1, 3, 4]), count([5, 4, 2])];
  assert.equal(toArray(einsum('...ij,...jk->...ik', a, b)), toArray(matmul(a, b)));
  assert.equal(toArray(einsum('...ij,...jk', a, b)), toArray(matmul(a, b)));
  assert.equal(einsum('i...j->...', count([2, 3, 4, 5])).shape, [3, 4]);
  assert.equal(einsum('...,...->...', a, count([4])).shape, [2, 1, 3, 4]);
});

test.run();
