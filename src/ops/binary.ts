/** Arithmetic and comparison of two operands, element by element. Sizes are equal or 1, aligned at the last mode. */

import type { Backend } from '../backend/backend.ts';
import { realDtype } from '../dtype.ts';
import { Binary, binary } from '../kernels/binary.ts';
import { broadcastShape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { apply, type Op } from './op.ts';
import { sumTo } from './broadcast.ts';
import { operands } from './scalar.ts';
import { neg } from './unary.ts';
import { walk } from './walk.ts';

/** Gradients for a and b in the shape of the result, before they are summed over repeated modes. */
type Rule = (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [(() => Tensor) | null, (() => Tensor) | null];

function binaryOp(name: keyof typeof Binary, rule: Rule): Op {
  const code = Binary[name];
  return {
    name,
    infer(inputs) {
      const [a, b] = inputs;
      const shape = sameShape(a!.shape, b!.shape) ? a!.shape : broadcastShape(name, a!.shape, b!.shape);
      return { dtype: realDtype(name, inputs), shape };
    },
    forward([y], [a, b], _, on) {
      runBinary(code, y!, a!, b!, on);
    },
    vjp([g], { inputs, outs, needs }) {
      const rules = rule(g!, inputs[0]!, inputs[1]!, outs[0]!);
      return inputs.map((x, k) => (needs[k] && rules[k] ? sumTo(rules[k](), x.shape) : null));
    },
  };
}

function runBinary(op: number, y: Tensor, a: Tensor, b: Tensor, on: Backend): void {
  const { shape, strides } = walk(y, [a, b]);
  on.run(binary, y.dtype as 'f32', {
    op,
    order: shape.length,
    shape,
    aStrides: strides[0]!,
    bStrides: strides[1]!,
    a: a.operand(),
    b: b.operand(),
    y: y.operand(),
  });
}

const none: Rule = () => [null, null];

const addOp = binaryOp('add', (g) => [() => g, () => g]);
const subOp = binaryOp('sub', (g) => [() => g, () => neg(g)]);
const mulOp = binaryOp('mul', (g, a, b) => [() => mul(g, b), () => mul(g, a)]);
const divOp = binaryOp('div', (g, _, b, y) => [() => div(g, b), () => neg(div(mul(g, y), b))]);
const maxOp = binaryOp('max', (g, a, b) => [() => mul(g, ahead(b, a)), () => mul(g, ahead(a, b))]);
const minOp = binaryOp('min', (g, a, b) => [() => mul(g, ahead(a, b)), () => mul(g, ahead(b, a))]);
const lessOp = binaryOp('less', none);
const lessEqualOp = binaryOp('lessEqual', none);
const equalOp = binaryOp('equal', none);
const reluGradOp = binaryOp('reluGrad', (h, x) => [null, () => reluGrad(x, h)]);
const tanhGradOp = binaryOp('tanhGrad', (h, y, g) => [() => mul(mul(h, g), mul(y, -2)), () => tanhGrad(y, h)]);
const sigmoidGradOp = binaryOp('sigmoidGrad', (h, y, g) => [
  () => mul(mul(h, g), sub(1, mul(y, 2))),
  () => sigmoidGrad(y, h),
]);

/** 1 where a < b, 1/2 where they are equal, else 0. */
function ahead(a: Tensor, b: Tensor): Tensor {
  return mul(add(less(a, b), lessEqual(a, b)), 0.5);
}

/** a + b. Throws ShapeError where the shapes do not broadcast, DtypeError where dtypes differ; so do all of these. */
export function add(a: Tensor | number, b: Tensor | number): Tensor {
  return apply(addOp, operands(a, b), undefined);
}

export function sub(a: Tensor | number, b: Tensor | number): Tensor {
  return apply(subOp, operands(a, b), undefined);
}

export function mul(a: Tensor | number, b: Tensor | number): Tensor {
  return apply(mulOp, operands(a, b), undefined);
}

export function div(a: Tensor | number, b: Tensor | number): Tensor {
  return apply(divOp, operands(a, b), undefined);
}

/** The greater element; NaN where one is NaN. Equal elements share the gradient. */
export function maximum(a: Tensor | number, b: Tensor | number): Tensor {
  return apply(maxOp, operands(a, b), undefined);
}

/** The lesser element; NaN where one is NaN. Equal elements share the gradient. */
export function minimum(a: Tensor | number, b: Tensor | number): Tensor {
  return apply(minOp, operands(a, b), undefined);
}

/** 1 where a < b, else 0, in the dtype of the operands; no gradient. */
export function less(a: Tensor | number, b: Tensor | number): Tensor {
  return apply(lessOp, operands(a, b), undefined);
}

/** 1 where a <= b, else 0; no gradient. */
export function lessEqual(a: Tensor | number, b: Tensor | number): Tensor {
  return apply(lessEqualOp, operands(a, b), undefined);
}

/** 1 where a equals b, else 0; no gradient. */
export function equal(a: Tensor | number, b: Tensor | number): Tensor {
  return apply(equalOp, operands(a, b), undefined);
}

/** The gradient of relu at x: g where x > 0, else 0. */
export function reluGrad(x: Tensor, g: Tensor): Tensor {
  return apply(reluGradOp, [x, g], undefined);
}

/** The gradient of y = tanh(x): g (1 - y^2). */
export function tanhGrad(y: Tensor, g: Tensor): Tensor {
  return apply(tanhGradOp, [y, g], undefined);
}

/** The gradient of y = sigmoid(x): g y (1 - y). */
export function sigmoidGrad(y: Tensor, g: Tensor): Tensor {
  return apply(sigmoidGradOp, [y, g], undefined);
}
