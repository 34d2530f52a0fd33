/** Canonical polyadic decompositions: the namespace `cp`. */

export { type Canonical, fromFactors, normalize } from './canonical.ts';
export { decompose } from './decompose.ts';
export { khatriRao } from './khatriRao.ts';
export { factorMatch, type MatchOptions } from './match.ts';
export { mttkrp } from './mttkrp.ts';
export type { CpOptions } from './options.ts';
