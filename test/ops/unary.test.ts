import type fc from 'fast-check';
import { DtypeError } from '../../src/errors.ts';
import { vjp } from '../../src/ops/grad.ts';
import { pow } from '../../src/ops/pow.ts';
import { softplus } from '../../src/ops/softplus.ts';
import * as ops from '../../src/ops/unary.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync, toArray } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { opLaws } from '../laws/op.ts';
import { elementwise, empty, numbers, one, type Sample } from '../support/samples.ts';
import { assert, test } from '../support/test.ts';

interface Member {
  readonly fn: (x: Tensor) => Tensor;
  readonly model: (x: number) => number;
  readonly inputs?: fc.Arbitrary<readonly Sample[]>;
  readonly smooth?: boolean;
  readonly differentiable?: boolean;
}

/** Away from kinks and jumps by more than a difference step. */
const nonzero = one(numbers(-2, 2, [0]));
const fractions = one(numbers(-2, 2).map((x) => x + 1 / 512));
const positive = one(numbers(0.25, 3));

/** Maclaurin series: |x| stays small in these tests. */
function erf(x: number): number {
  let [sum, term] = [x, x];
  for (let n = 1; n < 60; n++) sum += (term *= (-x * x) / n) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const members: Readonly<Record<string, Member>> = {
  neg: { fn: ops.neg, model: (x) => -x },
  abs: { fn: ops.abs, model: Math.abs, inputs: nonzero, smooth: false },
  sign: { fn: ops.sign, model: Math.sign, inputs: nonzero, differentiable: false },
  floor: { fn: ops.floor, model: Math.floor, inputs: fractions, differentiable: false },
  step: { fn: ops.step, model: (x) => Number(x > 0), inputs: nonzero, differentiable: false },
  sqrt: { fn: ops.sqrt, model: Math.sqrt, inputs: positive },
  rsqrt: { fn: ops.rsqrt, model: (x) => 1 / Math.sqrt(x), inputs: positive },
  reciprocal: { fn: ops.reciprocal, model: (x) => 1 / x, inputs: positive },
  square: { fn: ops.square, model: (x) => x * x },
  relu: { fn: ops.relu, model: (x) => Math.max(x, 0), inputs: nonzero, smooth: false },
  exp: { fn: ops.exp, model: Math.exp },
  log: { fn: ops.log, model: Math.log, inputs: positive },
  tanh: { fn: ops.tanh, model: Math.tanh },
  erf: { fn: ops.erf, model: erf },
  sin: { fn: ops.sin, model: Math.sin },
  cos: { fn: ops.cos, model: Math.cos },
  sigmoid: { fn: ops.sigmoid, model: (x) => 1 / (1 + Math.exp(-x)) },
  gelu: { fn: ops.gelu, model: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)) },
  softplus: { fn: softplus, model: (x) => Math.log1p(Math.exp(x)) },
  'pow 0': { fn: (x) => pow(x, 0), model: () => 1 },
  'pow 3': { fn: (x) => pow(x, 3), model: (x) => x ** 3 },
  'pow -2': { fn: (x) => pow(x, -2), model: (x) => x ** -2, inputs: positive },
  'pow 0.5': { fn: (x) => pow(x, 0.5), model: Math.sqrt, inputs: positive },
  'pow -0.5': { fn: (x) => pow(x, -0.5), model: (x) => x ** -0.5, inputs: positive },
  'pow 1.7': { fn: (x) => pow(x, 1.7), model: (x) => x ** 1.7, inputs: positive },
};

for (const [name, { fn, model, inputs = one(), ...rest }] of Object.entries(members)) {
  opLaws({
    name,
    fn: (x) => fn(x!),
    inputs,
    model: elementwise(model),
    empty: [[empty(0)], [empty(3, 0, 2)]],
    runs: 8,
    refuses: [[() => fn(zeros([2], 'i32')), DtypeError]],
    ...rest,
  });
}

const slope = (fn: (x: Tensor) => Tensor, x: number[]): unknown =>
  toArray(vjp((t) => fn(t!), [tensor(x)], ones([x.length])).gradients[0]!);

test('gradients where there is none', () => {
  assert.equal(slope(ops.relu, [-1, 0, 1]), [0, 0, 1]);
  assert.equal(slope(ops.abs, [-1, 0, 1]), [-1, 0, 1]);
});

test('softplus at the ends of its range', () => {
  assert.equal(toArray(softplus(tensor([-1000, 1000]))), [0, 1000]);
  assert.equal(slope(softplus, [-1000, 0, 1000]), [0, 0.5, 1]);
  const small = dataSync(softplus(tensor(Float64Array.of(-40))))[0]!;
  assert.ok(Math.abs(small / Math.exp(-40) - 1) < 1e-14);
  assert.is(dataSync(softplus(tensor([-20])))[0]! > 0, true);
});

test('powers of 0 and of negative numbers', () => {
  assert.equal(toArray(pow(tensor([0, 4]), 1.5)), [0, 8]);
  assert.equal(toArray(pow(tensor([-2, 0]), 3)), [-8, 0]);
  assert.ok(Number.isNaN(dataSync(pow(tensor([-1]), 1.5))[0]));
  assert.equal(toArray(pow(tensor([-2, 0, 5]), 0)), [1, 1, 1]);
});

test('relu keeps NaN', () => {
  assert.ok(Number.isNaN(dataSync(ops.relu(tensor([Number.NaN])))[0]));
});

test.run();
