/**
 * Scaling by powers of two, which is exact: factorizations and decompositions work on operands whose greatest element
 * lies in [1, 2), so that squares neither overflow nor vanish, and give the power back at the end.
 */

import { isReal, type Real } from '../../dtype.ts';
import { DtypeError } from '../../errors.ts';
import { binaryExponent, shiftExponent } from '../../math/precision.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { mul } from '../binary.ts';
import { checkFinite } from './matrices.ts';

/** Exponents e of the powers 2^e that a dtype holds, subnormal ones included. */
const ranges: Readonly<Record<Real, readonly [least: number, most: number]>> = { f32: [-149, 127], f64: [-1074, 1023] };

/** The e with 2^e <= x < 2^(e + 1), for finite x > 0. */
export function exponentOf(x: number): number {
  const k = binaryExponent(x);
  // binaryExponent() takes x from sqrt(1/2) on for 2^0.
  return numberTimesPower(x, -k) < 1 ? k - 1 : k;
}

/** x 2^e for a whole e: exact, or the nearest number where the result is subnormal. */
export function numberTimesPower(x: number, e: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  return factorsOf(e, 'f64').reduce((product, factor) => product * factor, x);
}

/**
 * A tensor as x 2^exponent with the greatest |x| in [1, 2), bit for bit; exponent 0 where all elements are 0 or there
 * are none. x is `a` itself where nothing changes. Throws NonFiniteError, which names the first bad element, and
 * DtypeError for integers.
 */
export function powerOfTwo(op: string, a: Tensor): { x: Tensor; exponent: number } {
  const top = checkFinite(op, a);
  const exponent = top === 0 ? 0 : exponentOf(top);
  return { x: timesPowerOfTwo(a, -exponent), exponent };
}

/** Exponents within which third powers, and those of inverses, stay in the range. */
const MODERATE: Readonly<Record<Real, number>> = { f32: 32, f64: 256 };

/**
 * As powerOfTwo() where products of a few elements of `a`, or of its inverse, could leave the range of the dtype, as
 * gradients have them; else `a` itself and 0.
 */
export function moderate(op: string, a: Tensor): { x: Tensor; exponent: number } {
  const top = checkFinite(op, a);
  const e = top === 0 ? 0 : exponentOf(top);
  const exponent = Math.abs(e) <= MODERATE[a.dtype as Real] ? 0 : e;
  return { x: timesPowerOfTwo(a, -exponent), exponent };
}

/** x 2^e for a whole e: exact, or the nearest numbers where results are subnormal. x itself for e = 0. */
export function timesPowerOfTwo(x: Tensor, e: number): Tensor {
  if (!isReal(x.dtype)) throw new DtypeError('timesPowerOfTwo', 'arithmetic needs f32 or f64', x.dtype, 'cast it');
  return e === 0 ? x : factorsOf(e, x.dtype).reduce((product, factor) => mul(product, factor), x);
}

/**
 * Powers of two of a dtype whose product is 2^e. Downwards only the last factor may round: what is subnormal before it
 * is zero behind it.
 */
function factorsOf(e: number, dtype: Real): number[] {
  const [least, most] = ranges[dtype];
  const factors: number[] = [];
  // No number stays itself beyond: what is left of e changes nothing.
  let rest = Math.min(Math.max(e, 3 * least), 3 * most);
  for (; rest > most; rest -= most) factors.push(power(most));
  for (; rest < least; rest -= least) factors.push(power(least));
  factors.push(power(rest));
  return e < 0 ? factors.reverse() : factors;
}

/** 2^e for -1074 <= e <= 1023. */
function power(e: number): number {
  return e < -1022 ? shiftExponent(1, e + 52) * 2.220446049250313e-16 : shiftExponent(1, e);
}
