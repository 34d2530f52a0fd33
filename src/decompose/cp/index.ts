/** Canonical polyadic decompositions: the namespace `cp`. */

export { full } from '../../formats/algebra.ts';
export { holdOut, type Samples } from '../samples.ts';
export { type Canonical, fromFactors, normalize } from './canonical.ts';
export { type CpCompleteOptions, complete } from './complete.ts';
export { decompose } from './decompose.ts';
export { khatriRao } from './khatriRao.ts';
export { factorMatch, type MatchOptions } from './match.ts';
export { mttkrp } from './mttkrp.ts';
export type { CpOptions } from './options.ts';
