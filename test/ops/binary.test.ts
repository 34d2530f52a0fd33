import type fc from 'fast-check';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import * as ops from '../../src/ops/binary.ts';
import { vjp } from '../../src/ops/grad.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync, toArray } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { opLaws, type Refusal } from '../laws/op.ts';
import { alike, broadcast, elementwise, empty, numbers, type Sample } from '../support/samples.ts';
import { assert, test } from '../support/test.ts';

type Binary = (a: Tensor, b: Tensor) => Tensor;

const refuses = (fn: Binary): Refusal[] => [
  [() => fn(zeros([2, 3]), zeros([2])), ShapeError],
  [() => fn(zeros([2]), zeros([2], 'f64')), DtypeError],
  [() => fn(zeros([2], 'i32'), zeros([2], 'i32')), DtypeError],
  [() => fn([1, 2] as never, zeros([2])), ShapeError],
];

interface Member {
  readonly fn: Binary;
  readonly model: (a: number, b: number) => number;
  readonly inputs?: fc.Arbitrary<readonly Sample[]>;
  readonly smooth?: boolean;
  readonly differentiable?: boolean;
}

/** Away from 0 by more than a difference step. */
const nonzero = numbers(
  -2,
  2,
  [-1, 0, 1].map((k) => k / 256),
);
const apart = broadcast(2).filter(([a, b]) => !a!.values.some((x) => b!.values.includes(x)));
const kinks = broadcast(2, nonzero);

const members: Readonly<Record<string, Member>> = {
  add: { fn: ops.add, model: (a, b) => a + b },
  sub: { fn: ops.sub, model: (a, b) => a - b },
  mul: { fn: ops.mul, model: (a, b) => a * b },
  div: { fn: ops.div, model: (a, b) => a / b, inputs: broadcast(2, numbers(0.5, 2)) },
  maximum: { fn: ops.maximum, model: Math.max, inputs: apart, smooth: false },
  minimum: { fn: ops.minimum, model: Math.min, inputs: apart, smooth: false },
  less: { fn: ops.less, model: (a, b) => Number(a < b), differentiable: false },
  lessEqual: { fn: ops.lessEqual, model: (a, b) => Number(a <= b), differentiable: false },
  equal: { fn: ops.equal, model: (a, b) => Number(a === b), inputs: alike(2, numbers(0, 0.02)), differentiable: false },
  reluGrad: { fn: ops.reluGrad, model: (x, g) => (x > 0 ? g : 0), inputs: kinks, smooth: false },
  tanhGrad: { fn: ops.tanhGrad, model: (y, g) => g * (1 - y * y) },
  sigmoidGrad: { fn: ops.sigmoidGrad, model: (y, g) => g * y * (1 - y) },
};

for (const [name, { fn, model, inputs = broadcast(2), ...rest }] of Object.entries(members)) {
  opLaws({
    name,
    fn: (a, b) => fn(a!, b!),
    inputs,
    model: elementwise(model),
    empty: [
      [empty(0), empty(0)],
      [empty(2, 0), { shape: [1], values: [1.5] }],
      [{ shape: [3, 1], values: [1, 2, 3] }, empty(0)],
    ],
    refuses: refuses(fn),
    ...rest,
  });
}

const gradients = (fn: Binary, a: number[], b: number[]): unknown[] =>
  vjp((x, y) => fn(x!, y!), [tensor(a), tensor(b)], ones([a.length])).gradients.map(toArray);

test('numbers take the dtype of the other operand', () => {
  const x = tensor(Float64Array.of(1, 2));
  assert.equal(dataSync(ops.sub(1, x)), Float64Array.of(0, -1));
  assert.equal(dataSync(ops.sub(x, 1)), Float64Array.of(0, 1));
  assert.equal(dataSync(ops.div(tensor([1, 2]), 4)), Float32Array.of(0.25, 0.5));
  assert.equal(dataSync(ops.add(2, 3)), Float32Array.of(5));
  assert.is(dataSync(ops.div(1, ops.mul(tensor([1]), -0)))[0], Number.NEGATIVE_INFINITY);
  for (let k = 0; k < 600; k++) assert.is(dataSync(ops.mul(tensor([2]), k))[0], 2 * k);
});

test('equal operands share the gradient of an extremum', () => {
  assert.equal(gradients(ops.maximum, [1, 2, 3], [1, 3, 2]), [
    [0.5, 0, 1],
    [0.5, 1, 0],
  ]);
  assert.equal(gradients(ops.minimum, [1, 2, 3], [1, 3, 2]), [
    [0.5, 1, 0],
    [0.5, 0, 1],
  ]);
});

test('NaN and signed zeros', () => {
  const [x, y] = [tensor([Number.NaN, 1, -0]), tensor([1, Number.NaN, 0])];
  assert.equal(toArray(ops.maximum(x, y)), [Number.NaN, Number.NaN, 0]);
  assert.equal(toArray(ops.minimum(x, y)), [Number.NaN, Number.NaN, -0]);
  assert.equal(toArray(ops.equal(x, y)), [0, 0, 1]);
  assert.equal(toArray(ops.lessEqual(x, y)), [0, 0, 1]);
});

test.run();
