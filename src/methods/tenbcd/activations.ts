/**
 * The block of U before an activation: element by element the u that minimises
 *   gamma (activation(u) - a)^2 + rho (u - p)^2 + alpha (u - old)^2.
 * Exact for activations that are straight in pieces, ReLU by a rule of its own (Zeng et al. 2019, appendix); one step of
 * Gauss and Newton for smooth ones, shortened until the element's objective falls.
 */

import { add, div, less, lessEqual, maximum, minimum, mul, sub } from '../../ops/binary.ts';
import { erf, exp, gelu, relu, sigmoid, square, tanh } from '../../ops/unary.ts';
import { where } from '../../ops/where.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Activation } from './chain.ts';

/** What pulls u: each tensor with the weight of its square. */
export interface Pull {
  /** Where the activation should be. */
  readonly a: Tensor;
  /** Where u should be: W v + b. */
  readonly p: Tensor;
  readonly old: Tensor;
  readonly gamma: number;
  readonly rho: number;
  readonly alpha: number;
}

export interface ActivationRule {
  value(u: Tensor): Tensor;
  update(pull: Pull): Tensor;
}

/** The two pulls on u itself as one: kappa (u - c)^2. */
function joined({ p, old, rho, alpha }: Pull): { c: Tensor; kappa: number } {
  const kappa = rho + alpha;
  return { c: alpha === 0 ? p : add(mul(p, rho / kappa), mul(old, alpha / kappa)), kappa };
}

/** Where the activation is u itself: the mean of a and c by their weights. */
function between(a: Tensor, c: Tensor, gamma: number, kappa: number): Tensor {
  return add(mul(a, gamma / (gamma + kappa)), mul(c, kappa / (gamma + kappa)));
}

const identity: ActivationRule = {
  value: (u) => u,
  update(pull) {
    const { c, kappa } = joined(pull);
    return between(pull.a, c, pull.gamma, kappa);
  },
};

const reluRule: ActivationRule = {
  value: relu,
  update(pull) {
    const { a, gamma } = pull;
    const { c, kappa } = joined(pull);
    // c itself where it is negative and a cannot pay the way to the other side: c < -(sqrt(1 + gamma/kappa) - 1) max(a, 0).
    const reach = Math.sqrt(1 + gamma / kappa) - 1;
    const crosses = lessEqual(0, add(c, mul(relu(a), reach)));
    return where(crosses, relu(between(a, c, gamma, kappa)), c);
  },
};

/** slope u + offset from `low` to `high`, and constant outside. */
function clipped(low: number, high: number, slope: number, offset: number): ActivationRule {
  const value = (u: Tensor): Tensor => {
    const inside = maximum(minimum(u, high), low);
    return slope === 1 && offset === 0 ? inside : add(mul(inside, slope), offset);
  };
  return {
    value,
    update(pull) {
      const { a, gamma } = pull;
      const { c, kappa } = joined(pull);
      const cost = (u: Tensor): Tensor => add(mul(square(sub(value(u), a)), gamma), mul(square(sub(u, c)), kappa));
      const weight = gamma * slope * slope + kappa;
      const free = add(mul(sub(a, offset), (gamma * slope) / weight), mul(c, kappa / weight));
      let best = maximum(minimum(free, high), low);
      let least = cost(best);
      for (const other of [minimum(c, low), maximum(c, high)]) {
        const value = cost(other);
        best = where(less(value, least), other, best);
        least = minimum(value, least);
      }
      return best;
    },
  };
}

/** Parts of a step that are tried, the longest first. */
const STEPS = [1, 0.25, 0.0625];

function smooth(value: (u: Tensor) => Tensor, slope: (u: Tensor, y: Tensor) => Tensor): ActivationRule {
  return {
    value,
    update(pull) {
      const { a, old, gamma } = pull;
      const { c, kappa } = joined(pull);
      const y = value(old);
      const s = slope(old, y);
      const fall = add(mul(mul(s, sub(y, a)), gamma), mul(sub(old, c), kappa));
      const step = div(fall, add(mul(square(s), gamma), kappa));
      const cost = (u: Tensor, y: Tensor): Tensor => add(mul(square(sub(y, a)), gamma), mul(square(sub(u, c)), kappa));
      let best = old;
      let least = cost(old, y);
      for (const part of STEPS) {
        const u = sub(old, mul(step, part));
        const now = cost(u, value(u));
        best = where(less(now, least), u, best);
        least = minimum(now, least);
      }
      return best;
    },
  };
}

/** 1 / sqrt(2 pi). */
const DENSITY = 0.3989422804014327;

const table: Readonly<Record<Activation, ActivationRule>> = {
  identity,
  relu: reluRule,
  hardTanh: clipped(-1, 1, 1, 0),
  hardSigmoid: clipped(-2, 2, 0.25, 0.5),
  tanh: smooth(tanh, (_, y) => sub(1, square(y))),
  sigmoid: smooth(sigmoid, (_, y) => mul(y, sub(1, y))),
  gelu: smooth(gelu, (u) => {
    const below = mul(add(erf(mul(u, Math.SQRT1_2)), 1), 0.5);
    return add(below, mul(u, mul(exp(mul(square(u), -0.5)), DENSITY)));
  }),
};

export function activationNamed(name: Activation): ActivationRule {
  return table[name];
}
