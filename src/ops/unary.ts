/** Functions of one operand, element by element. */

import { realDtype } from '../dtype.ts';
import { Unary, unary } from '../kernels/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { div, mul, reluGrad, sigmoidGrad, sub, tanhGrad } from './binary.ts';
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
        x: x!.operand(),
        y: y!.operand(),
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
const expOp = unaryOp('exp', (g, _, y) => mul(g, y));
const logOp = unaryOp('log', (g, x) => div(g, x));
const tanhOp = unaryOp('tanh', (g, _, y) => tanhGrad(y, g));
const erfOp = unaryOp('erf', (g, x) => mul(g, mul(exp(neg(square(x))), 2 * ROOT_OF_1_PI)));
const sinOp = unaryOp('sin', (g, x) => mul(g, cos(x)));
const cosOp = unaryOp('cos', (g, x) => neg(mul(g, sin(x))));
const sigmoidOp = unaryOp('sigmoid', (g, _, y) => sigmoidGrad(y, g));
const geluOp = unaryOp('gelu', (g, x) => mul(g, apply(geluGradOp, [x], undefined)));
/** With the normal density d(x), gelu' = normal(x) + x d(x) and gelu'' = (2 - x^2) d(x). */
const geluGradOp = unaryOp('geluGrad', (g, x) => mul(g, mul(sub(2, square(x)), density(x))));

/** 1 / sqrt(pi). */
const ROOT_OF_1_PI = 0.5641895835477563;

function density(x: Tensor): Tensor {
  return mul(exp(mul(square(x), -0.5)), Math.SQRT1_2 * ROOT_OF_1_PI);
}

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

/** e^x. */
export function exp(x: Tensor): Tensor {
  return apply(expOp, [x], undefined);
}

/** The natural logarithm. */
export function log(x: Tensor): Tensor {
  return apply(logOp, [x], undefined);
}

export function tanh(x: Tensor): Tensor {
  return apply(tanhOp, [x], undefined);
}

/** The error function. */
export function erf(x: Tensor): Tensor {
  return apply(erfOp, [x], undefined);
}

export function sin(x: Tensor): Tensor {
  return apply(sinOp, [x], undefined);
}

export function cos(x: Tensor): Tensor {
  return apply(cosOp, [x], undefined);
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: Tensor): Tensor {
  return apply(sigmoidOp, [x], undefined);
}

/** x (1 + erf(x / sqrt 2)) / 2. */
export function gelu(x: Tensor): Tensor {
  return apply(geluOp, [x], undefined);
}
