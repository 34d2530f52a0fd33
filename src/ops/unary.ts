/** Functions of one operand, element by element. */

import { realDtype } from '../dtype.ts';
import { Unary, unary } from '../kernels/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { div, mul, reluGrad } from './binary.ts';
import { apply, type Op } from './op.ts';
import { walk } from './walk.ts';

/** The gradient of x from that of y; null where it is zero. */
type Rule = ((g: Tensor, x: Tensor, y: Tensor) => Tensor) | null;

function unaryOp(name: keyof typeof Unary, rule: Rule): Op {
  const code = Unary[name];
  return {
    name,
    infer: ([x]) => ({ dtype: realDtype(name, [x!]), shape: x!.shape }),
    forward([y], [x], _, on) {
      const { shape, strides } = walk(y!, [x!]);
      on.run(unary, y!.dtype, {
        op: code,
        order: shape.length,
        shape,
        strides: strides[0]!,
        x: x!.storage.operand(x!.offset),
        y: y!.storage.operand(0),
      });
    },
    vjp: ([g], { inputs, outs }) => [rule === null ? null : rule(g!, inputs[0]!, outs[0]!)],
  };
}

const negOp = unaryOp('neg', (g) => neg(g));
const absOp = unaryOp('abs', (g, x) => mul(g, sign(x)));
const signOp = unaryOp('sign', null);
const floorOp = unaryOp('floor', null);
const sqrtOp = unaryOp('sqrt', (g, _, y) => div(mul(g, 0.5), y));
const rsqrtOp = unaryOp('rsqrt', (g, _, y) => mul(mul(g, -0.5), mul(y, square(y))));
const reciprocalOp = unaryOp('reciprocal', (g, _, y) => neg(mul(g, square(y))));
const squareOp = unaryOp('square', (g, x) => mul(mul(g, 2), x));
const reluOp = unaryOp('relu', (g, x) => reluGrad(x, g));
const stepOp = unaryOp('step', null);

/** -x. */
export function neg(x: Tensor): Tensor {
  return apply(negOp, [x], undefined);
}

/** |x|; the gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return apply(absOp, [x], undefined);
}

/** 1, -1, or x itself where it is 0, -0 or NaN; no gradient. */
export function sign(x: Tensor): Tensor {
  return apply(signOp, [x], undefined);
}

/** The greatest whole number that is not above x; no gradient. */
export function floor(x: Tensor): Tensor {
  return apply(floorOp, [x], undefined);
}

export function sqrt(x: Tensor): Tensor {
  return apply(sqrtOp, [x], undefined);
}

/** 1 / sqrt(x). */
export function rsqrt(x: Tensor): Tensor {
  return apply(rsqrtOp, [x], undefined);
}

/** 1 / x. */
export function reciprocal(x: Tensor): Tensor {
  return apply(reciprocalOp, [x], undefined);
}

export function square(x: Tensor): Tensor {
  return apply(squareOp, [x], undefined);
}

/** x where it is positive or NaN, else 0; the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return apply(reluOp, [x], undefined);
}

/** 1 where x > 0, else 0; no gradient. */
export function step(x: Tensor): Tensor {
  return apply(stepOp, [x], undefined);
}
