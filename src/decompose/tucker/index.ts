/** Tucker decompositions: the namespace `tucker`. */

export { canonical } from './canonical.ts';
export { decompose } from './decompose.ts';
export type { TuckerOptions } from './problem.ts';
