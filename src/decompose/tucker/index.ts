/** Tucker decompositions: the namespace `tucker`. */

export { full } from '../../formats/algebra.ts';
export { ranksOf } from '../../formats/network.ts';
export { round } from '../../formats/round.ts';
export { canonical } from './canonical.ts';
export { decompose } from './decompose.ts';
export type { TuckerOptions } from './problem.ts';
