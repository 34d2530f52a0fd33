/**
 * Functions on whole vectors, T = f32 or f64: polynomials without tables or branches, + - * / and bit moves only. NaN in
 * is NaN out; zeros, infinities, subnormals, overflow and underflow come out right. The bits are those of src/math.ts.
 */

export { erf } from './erf';
export { exp, sigmoid } from './exp';
export { log } from './log';
export { tanh } from './tanh';
export { cos, sin } from './trig';
