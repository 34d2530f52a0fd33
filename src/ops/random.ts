/** Random tensors. They depend on the key alone: draw once from each key, and fold() a new one for the next draw. */

import { isReal, type Real } from '../dtype.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import { Draw, philox } from '../kernels/philox.ts';
import type { Key } from '../random.ts';
import { checkShape, type Shape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { apply, type Op } from './op.ts';
import { slots, words } from './slots.ts';

interface Attrs {
  readonly kind: number;
  readonly key: Key;
  readonly shape: Shape;
  readonly dtype: Real;
  /** Added and multiplied; the probability of 0. */
  readonly params: readonly [low: number, scale: number, p: number];
}

const randomOp: Op<Attrs> = {
  name: 'random',
  infer(_, { shape, dtype }) {
    checkShape('random', shape);
    if (!isReal(dtype))
      throw new DtypeError('random', 'numbers are drawn in f32 and f64', String(dtype), 'cast() them');
    return { shape, dtype };
  },
  forward([y], _, { kind, key, params }, on) {
    // The counter words are 0: fold() never uses these blocks.
    const state = words([key.lo, key.hi, 0, 0, 0]);
    on.run(philox, y!.dtype, { kind, count: y!.size, key: state, params: slots(params), out: y!.operand() });
  },
  vjp: () => [],
};

export interface UniformOptions {
  /** Default 0. */
  readonly low?: number;
  /** Default 1. */
  readonly high?: number;
  readonly dtype?: Real;
}

/** Uniform in [low, high) up to rounding, of shape `shape`. */
export function uniform(key: Key, shape: Shape, { low = 0, high = 1, dtype = 'f32' }: UniformOptions = {}): Tensor {
  const params = [low, high - low, 0] as const;
  return apply(randomOp, [], { kind: Draw.uniform, key, shape: [...shape], dtype, params });
}

export interface NormalOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation; default 1. */
  readonly std?: number;
  readonly dtype?: Real;
}

/** Normally distributed, of shape `shape`. */
export function normal(key: Key, shape: Shape, { mean = 0, std = 1, dtype = 'f32' }: NormalOptions = {}): Tensor {
  return apply(randomOp, [], { kind: Draw.normal, key, shape: [...shape], dtype, params: [mean, std, 0] });
}

/** 0 with probability p and 1 / (1 - p) otherwise, so that the mean is 1. Throws ShapeError unless 0 <= p < 1. */
export function dropoutMask(key: Key, p: number, shape: Shape, dtype: Real = 'f32'): Tensor {
  if (!(p >= 0 && p < 1))
    throw new ShapeError('dropout', 'p lies in [0, 1)', String(p), 'choose a probability below 1');
  return apply(randomOp, [], { kind: Draw.bernoulli, key, shape: [...shape], dtype, params: [0, 1, p] });
}
