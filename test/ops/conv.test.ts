/** conv2d and conv1d against plain loops over all options; gradients of orders 1 and 2; refusals. */

import fc from 'fast-check';
import { withBackend } from '../../src/backend/current.ts';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { conv1d, conv2d } from '../../src/ops/conv.ts';
import type { ConvOptions } from '../../src/ops/convGeometry.ts';
import { vjp } from '../../src/ops/grad.ts';
import { slice } from '../../src/ops/slice.ts';
import { ones } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { expectRefusal, opLaws } from '../laws/op.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { like } from '../support/gradcheck.ts';
import { leakFree } from '../support/leaks.ts';
import { naiveConv } from '../support/naive.ts';
import { empty, filled, type Sample, sample, stridedOf, tensorOf } from '../support/samples.ts';
import { assert, suite } from '../support/test.ts';

/** Options as plain numbers, one per spatial mode. */
interface Setting {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number] | 'same' | 'valid';
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

const plain: Setting = { stride: [1, 1], padding: 'valid', dilation: [1, 1], groups: 1 };

/** What a setting means for an input and a weight, by the definitions of the options. */
function model(x: Sample, w: Sample, { stride, padding, dilation, groups }: Setting): Sample {
  const spans = [0, 1].map((k) => {
    const [n, reach] = [x.shape[2 + k], (w.shape[2 + k] - 1) * dilation[k] + 1];
    if (padding !== 'same') {
      const low = padding === 'valid' ? 0 : padding[k];
      return { low, places: Math.floor((n + 2 * low - reach) / stride[k]) + 1 };
    }
    const places = Math.ceil(n / stride[k]);
    return { low: Math.floor(Math.max(0, (places - 1) * stride[k] + reach - n) / 2), places };
  });
  const places = [spans[0].places, spans[1].places] as const;
  const low = [spans[0].low, spans[1].low] as const;
  const values = naiveConv(tensorOf(x, 'f64'), tensorOf(w, 'f64'), { stride, low, dilation, groups, places });
  return { shape: [x.shape[0], w.shape[0], ...places], values };
}

const small = (least: number, most: number): fc.Arbitrary<number> => fc.integer({ min: least, max: most });

/** An input and a weight for a setting: planes large enough for one window at least. */
function operands({ dilation, groups }: Setting, most = 2): fc.Arbitrary<[Sample, Sample]> {
  return fc
    .record({
      batch: small(1, 2),
      inputs: small(1, most),
      outputs: small(1, most),
      kernel: fc.tuple(small(1, 3), small(1, 3)),
      more: fc.tuple(small(0, 4), small(0, 4)),
    })
    .chain(({ batch, inputs, outputs, kernel, more }) => {
      const plane = kernel.map((n, k) => (n - 1) * dilation[k] + 1 + more[k]);
      return fc.tuple(filled([batch, inputs * groups, ...plane]), filled([outputs * groups, inputs, ...kernel]));
    });
}

const settings: fc.Arbitrary<Setting> = fc.record({
  stride: fc.tuple(small(1, 4), small(1, 4)),
  padding: fc.oneof(fc.constantFrom('same' as const, 'valid' as const), fc.tuple(small(0, 3), small(0, 3))),
  dilation: fc.tuple(small(1, 3), small(1, 3)),
  groups: small(1, 3),
});

const lawful: readonly Setting[] = [
  plain,
  { ...plain, padding: [1, 2] },
  { ...plain, stride: [2, 3], padding: 'same' },
  { ...plain, dilation: [2, 3], stride: [2, 2], padding: [2, 0] },
  { ...plain, groups: 2, padding: 'same' },
];

for (const setting of lawful) {
  opLaws({
    name: `conv2d ${JSON.stringify(setting)}`,
    fn: (x, w) => conv2d(x, w, setting),
    inputs: operands(setting),
    model: (x, w) => model(x, w, setting),
    empty: [
      [empty(0, 2, 9, 9), sample([2, 2 / setting.groups, 2, 2], () => 1)],
      [empty(2, 0, 9, 9), empty(2, 0, 2, 2)],
      [sample([1, 2, 9, 9], () => 1), empty(0, 2 / setting.groups, 2, 2)],
    ],
    eps: 1e-13,
    runs: 5,
  });
}

// With many output channels and wide borders, the gradient at the input is added up element by element.
const wide: Setting = { ...plain, stride: [1, 2] };
opLaws({
  name: 'conv2d to many channels',
  fn: (x, w) => conv2d(x, w, wide),
  inputs: fc.tuple(filled([1, 1, 4, 6]), filled([16, 1, 3, 5])),
  model: (x, w) => model(x, w, wide),
  empty: [],
  eps: 1e-13,
  runs: 3,
});

const line = { stride: 2, padding: 1, dilation: 2, groups: 2 } as const;
const flat = ({ shape: [b, c, l], values }: Sample): Sample => ({ shape: [b, c, 1, l], values });
opLaws({
  name: 'conv1d',
  fn: (x, w) => conv1d(x, w, line),
  inputs: fc.tuple(filled([2, 4, 6]), filled([2, 2, 2])),
  model: (x, w) => {
    const pairs = { stride: [1, 2], padding: [0, 1], dilation: [1, 2], groups: 2 } as const;
    const { shape, values } = model(flat(x), flat(w), pairs);
    return { shape: [shape[0], shape[1], shape[3]], values };
  },
  empty: [[empty(0, 2, 5), sample([2, 1, 2], () => 1)]],
  eps: 1e-13,
  runs: 5,
});

const test = suite('conv');

test('equals plain loops for all options, on strided operands too', () => {
  const drawn = settings.chain((setting) => fc.tuple(fc.constant(setting), operands(setting, 3)));
  for (const backend of [referenceBackend(), wasmBackend({ canary: true })]) {
    fc.assert(
      fc.property(drawn, ([setting, [x, w]]) => {
        const want = model(x, w, setting);
        for (const make of [tensorOf, stridedOf]) {
          const got = leakFree(backend, () => {
            const y = conv2d(make(x, 'f64'), make(w, 'f64'), setting);
            assert.equal(y.shape, want.shape);
            return dataSync(y);
          });
          want.values.forEach((v, k) => assert.ok(Math.abs(got[k] - v) < 1e-12, `[${k}] is ${got[k]}, not ${v}`));
        }
      }),
      { numRuns: 150 },
    );
  }
});

test('the gradients are adjoint to the convolution for all options', () => {
  const drawn = settings.chain((setting) => fc.tuple(fc.constant(setting), operands(setting, 3)));
  const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    Array.from(a).reduce((sum, v, k) => sum + v * b[k], 0);
  withBackend(wasmBackend(), () => {
    fc.assert(
      fc.property(drawn, ([setting, samples]) => {
        const [x, w] = samples.map((s) => tensorOf(s, 'f64'));
        const y = conv2d(x, w, setting);
        const g = like(y, 3, 'f64');
        const { gradients } = vjp((a, b) => conv2d(a, b, setting), [x, w], g);
        const want = inner(dataSync(y), dataSync(g));
        // The convolution is linear in each operand.
        assert.ok(Math.abs(inner(dataSync(gradients[0]), dataSync(x)) - want) < 1e-11 * (1 + Math.abs(want)));
        assert.ok(Math.abs(inner(dataSync(gradients[1]), dataSync(w)) - want) < 1e-11 * (1 + Math.abs(want)));
      }),
      { numRuns: 150 },
    );
  });
});

test('conv1d is conv2d of one row', () => {
  const x = tensorOf(
    sample([2, 4, 9], (_, k) => ((k * 5) % 7) - 3),
    'f64',
  );
  const w = tensorOf(
    sample([6, 2, 3], (_, k) => ((k * 3) % 5) - 2),
    'f64',
  );
  for (const padding of [0, 2, 'same', 'valid'] as const) {
    const options: ConvOptions = { stride: 2, padding, dilation: 2, groups: 2 };
    const y = conv1d(x, w, options);
    const row = (shape: readonly number[], t: typeof x): Sample => ({ shape, values: [...dataSync(t)] });
    const setting: Setting = {
      stride: [1, 2],
      padding: typeof padding === 'number' ? [0, padding] : padding,
      dilation: [1, 2],
      groups: 2,
    };
    const want = model(row([2, 4, 1, 9], x), row([6, 2, 1, 3], w), setting);
    assert.equal(y.shape, [2, 6, want.shape[3]]);
    assert.equal([...dataSync(y)], want.values);
  }
});

test('more places than tables hold', () => {
  withBackend(wasmBackend(), () => {
    const w = tensorOf(
      sample([2, 1, 3, 3], (_, k) => k),
      'f32',
    );
    const y = conv2d(ones([9, 1, 130, 130]), w);
    const [first, second] = [0, 1].map((o) => dataSync(slice(y, [null, o])));
    assert.is(first.length, 9 * 128 * 128);
    assert.ok(first.every((v) => v === 36) && second.every((v) => v === 117));
  });
});

test('refuses what does not fit', () => {
  const x = ones([1, 4, 5, 5]);
  const w = ones([2, 4, 3, 3]);
  const calls: [() => unknown, typeof ShapeError | typeof DtypeError][] = [
    [() => conv2d(x, ones([2, 3, 3, 3])), ShapeError],
    [() => conv2d(x, ones([2, 4, 6, 3])), ShapeError],
    [() => conv2d(ones([4, 5, 5]), w), ShapeError],
    [() => conv2d(x, w, { groups: 3 }), ShapeError],
    [() => conv2d(x, w, { stride: 0 }), ShapeError],
    [() => conv2d(x, w, { padding: [1] }), ShapeError],
    [() => conv2d(x, w, { dilation: 1.5 }), ShapeError],
    [() => conv2d(x, ones([2, 4, 3, 3], 'f64')), DtypeError],
    [() => conv1d(x, w), ShapeError],
    [() => conv1d(ones([1, 4, 5]), ones([2, 4, 3]), { stride: [1, 2] }), ShapeError],
  ];
  calls.forEach(expectRefusal);
  assert.throws(
    () => conv2d(x, w, { dilation: 3 }),
    (error: Error) =>
      error.message ===
      'conv2d: the window has elements and fits; got a window of 3, dilation 3, on 5 with 0 of padding in all; ' +
        'pad more or use a smaller window',
  );
});

test.run();
