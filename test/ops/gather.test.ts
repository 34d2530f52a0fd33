/** Choosing by index or condition, and changing the dtype. */

import fc from 'fast-check';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { argmax } from '../../src/ops/argmax.ts';
import { cast } from '../../src/ops/cast.ts';
import { gather, oneHot, scatterAdd, takeAlong } from '../../src/ops/gather.ts';
import { vjp } from '../../src/ops/grad.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { where } from '../../src/ops/where.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync, toArray } from '../../src/tensor/read.ts';
import type { Dtype } from '../../src/dtype.ts';
import { opLaws } from '../laws/op.ts';
import {
  at,
  broadcast,
  distinct,
  elementwise,
  empty,
  filled,
  indices,
  one,
  type Sample,
  sample,
  shapes,
} from '../support/samples.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const whole = (shape: readonly number[], ...values: number[]): Sample => ({ shape, values, dtype: 'i32' });
const full = (least: number, most: number): fc.Arbitrary<number[]> =>
  shapes(least, most).map((shape) => shape.map((n) => Math.max(1, n)));

opLaws({
  name: 'gather',
  fn: (table, index) => gather(table!, index!),
  inputs: fc.tuple(full(1, 3), shapes(0, 2)).chain(([t, i]) => fc.tuple(filled(t), indices(i, t[0]!))),
  model: (table, index) =>
    sample([...index!.shape, ...table!.shape.slice(1)], (place) => {
      const row = at(index!, place.slice(0, index!.shape.length));
      return at(table!, [row, ...place.slice(index!.shape.length)]);
    }),
  empty: [
    [empty(0, 2), whole([0])],
    [empty(3, 0), whole([2], 0, 2)],
    [sample([2, 2], () => 1), whole([0, 3])],
  ],
  refuses: [
    [() => gather(zeros([2]), zeros([2])), DtypeError],
    [() => gather(zeros([]), zeros([2], 'i32')), ShapeError],
    [() => dataSync(gather(zeros([2, 3]), tensor(Int32Array.of(0, 2)))), ShapeError],
    [() => dataSync(gather(zeros([2, 3]), tensor(Int32Array.of(-1)))), ShapeError],
  ],
});

opLaws({
  name: 'scatterAdd',
  fn: (x, index) => scatterAdd(x!, index!, 3),
  inputs: fc.tuple(shapes(0, 2), shapes(0, 2)).chain(([i, rest]) => fc.tuple(filled([...i, ...rest]), indices(i, 3))),
  model: (x, index) => {
    const width = x!.shape.slice(index!.shape.length).reduce((a, b) => a * b, 1);
    const values = new Array<number>(3 * width).fill(0);
    index!.values.forEach((row, k) => {
      for (let j = 0; j < width; j++) values[row * width + j]! += x!.values[k * width + j]!;
    });
    return { shape: [3, ...x!.shape.slice(index!.shape.length)], values };
  },
  empty: [
    [empty(0, 2), whole([0])],
    [empty(2, 0), whole([2], 0, 2)],
  ],
  refuses: [
    [() => scatterAdd(zeros([2, 3]), zeros([3], 'i32'), 2), ShapeError],
    [() => scatterAdd(zeros([2]), zeros([2]), 2), DtypeError],
    [() => scatterAdd(zeros([2], 'i32'), zeros([2], 'i32'), 2), DtypeError],
    [() => scatterAdd(zeros([2]), zeros([2], 'i32'), -1), ShapeError],
    [() => dataSync(scatterAdd(ones([2]), tensor(Int32Array.of(0, 5)), 2)), ShapeError],
  ],
});

opLaws({
  name: 'takeAlong',
  fn: (x, index) => takeAlong(x!, index!),
  inputs: full(1, 3).chain((shape) => fc.tuple(filled(shape), indices(shape.slice(0, -1), shape.at(-1)!))),
  model: (x, index) => ({ ...sample(index!.shape, (place) => at(x!, [...place, at(index!, place)])) }),
  empty: [[empty(0, 2), whole([0])]],
  refuses: [
    [() => takeAlong(zeros([2, 3]), zeros([3], 'i32')), ShapeError],
    [() => takeAlong(zeros([]), zeros([], 'i32')), ShapeError],
    [() => takeAlong(zeros([2, 3]), zeros([2])), DtypeError],
    [() => dataSync(takeAlong(zeros([1, 3]), tensor(Int32Array.of(3)))), ShapeError],
  ],
});

opLaws({
  name: 'oneHot',
  fn: (index) => oneHot(index!, 3, 'i32'),
  inputs: shapes(0, 2).chain((shape) => fc.tuple(indices(shape, 3))),
  model: (index) => ({
    ...sample([...index!.shape, 3], (place) => Number(at(index!, place.slice(0, -1)) === place.at(-1))),
    dtype: 'i32',
  }),
  empty: [[whole([0])]],
  differentiable: false,
  refuses: [
    [() => oneHot(zeros([2]), 3), DtypeError],
    [() => dataSync(oneHot(tensor(Int32Array.of(3)), 3)), ShapeError],
  ],
});

opLaws({
  name: 'where',
  // The condition has no gradient, so it comes as integers.
  fn: (c, a, b) => where(cast(c!, a!.dtype), a!, b!),
  inputs: broadcast(3).map(([c, ...rest]) => [
    { ...c!, values: c!.values.map(Math.trunc), dtype: 'i32' as const },
    ...rest,
  ]),
  model: elementwise((c, a, b) => (c !== 0 ? a! : b!)),
  empty: [[whole([0]), empty(0), empty(0)]],
  refuses: [
    [() => where(zeros([2]), zeros([3]), 1), ShapeError],
    [() => where(zeros([2]), zeros([2], 'f64'), 1), DtypeError],
    [() => where(zeros([2], 'i32'), 1, 0), DtypeError],
  ],
});

opLaws({
  name: 'cast to f64 and back',
  fn: (x) => cast(cast(x!, x!.dtype === 'f32' ? 'f64' : 'f32'), x!.dtype),
  inputs: one(),
  model: (x) => x!,
  empty: [[empty(0)]],
  // A difference step is lost in f32, and the operation is linear.
  differentiable: true,
  gradcheck: false,
  refuses: [[() => cast(zeros([1]), 'f16' as Dtype), DtypeError]],
});

for (const axis of [0, 1, -1]) {
  opLaws({
    name: `argmax of mode ${axis}`,
    fn: (x) => argmax(x!, axis),
    inputs: full(3, 3).chain((shape) => fc.tuple(distinct(shape))),
    model: (x) => {
      const k = axis < 0 ? axis + 3 : axis;
      const shape = x!.shape.filter((_, j) => j !== k);
      const best = sample(shape, (place) => {
        const row = Array.from({ length: x!.shape[k]! }, (_, i) =>
          at(x!, [...place.slice(0, k), i, ...place.slice(k)]),
        );
        return row.indexOf(Math.max(...row));
      });
      return { ...best, dtype: 'i32' };
    },
    empty: axis === 0 ? [] : [[empty(0, 2, 3)]],
    differentiable: false,
    refuses: [
      [() => argmax(zeros([2, 0]), 1), ShapeError],
      [() => argmax(zeros([2]), 1), ShapeError],
      [() => argmax(zeros([2], 'i32')), DtypeError],
    ],
  });
}

test('casts truncate, saturate and take views', () => {
  const x = tensor([-1.5, 2.9, 300, Number.NaN, 3e9, -0.2]);
  assert.equal(dataSync(cast(x, 'u8')), Uint8Array.of(0, 2, 255, 0, 255, 0));
  assert.equal(dataSync(cast(x, 'i32')), Int32Array.of(-1, 2, 300, 0, 2147483647, 0));
  assert.equal(dataSync(cast(tensor(Uint8Array.of(255, 7)), 'f64')), Float64Array.of(255, 7));
  assert.equal(
    toArray(
      cast(
        transpose(
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
        'i32',
      ),
    ),
    [
      [1, 3],
      [2, 4],
    ],
  );
});

test('rows of integers', () => {
  assert.equal(toArray(gather(tensor(Uint8Array.of(1, 2, 3, 4), [2, 2]), tensor(Int32Array.of(1, 0, 1)))), [
    [3, 4],
    [1, 2],
    [3, 4],
  ]);
  assert.equal(dataSync(gather(tensor(Int32Array.of(5, 6)), tensor(Int32Array.of(1)))), Int32Array.of(6));
});

test('argmax takes the first of equals, and NaN before all', () => {
  assert.equal(
    toArray(
      argmax(
        tensor([
          [1, 3, 3],
          [2, Number.NaN, 9],
        ]),
      ),
    ),
    [1, 1],
  );
});

test('the gradient of repeated rows adds up', () => {
  const index = tensor(Int32Array.of(1, 1, 0));
  const { gradients } = vjp((t) => gather(t!, index), [zeros([3, 1])], tensor([[1], [2], [4]]));
  assert.equal(toArray(gradients[0]!), [[4], [3], [0]]);
});

test('an index outside does not disturb what comes later', () => {
  throws(() => dataSync(gather(zeros([2]), tensor(Int32Array.of(7)))), ShapeError, /got 7/);
  assert.equal(toArray(gather(ones([2]), tensor(Int32Array.of(1)))), [1]);
});

test.run();
