/**
 * The engine's own functions: + - * / sqrt and bit moves only, so that every runtime gets the same bits, and the same
 * bits as the compiled kernels (assembly/simd/math.ts). A trailing f means single precision: the argument is a single.
 */

export { erf, erff } from './math/erf.ts';
export { exp, expf, sigmoid, sigmoidf } from './math/exp.ts';
export { log, logf } from './math/log.ts';
export { pow } from './math/pow.ts';
export { tanh, tanhf } from './math/tanh.ts';
export { cos, cosf, sin, sinf } from './math/trig.ts';

/** Rounds to a dtype: Math.fround for f32, the identity for f64. */
export type Round = (x: number) => number;

export const PI: number = Math.PI;
export const LN2: number = Math.LN2;
