/** Hierarchical Tucker decompositions: the namespace `ht`. */

export { full } from '../../formats/algebra.ts';
export { ranksOf } from '../../formats/network.ts';
export { round } from '../../formats/round.ts';
export { decompose } from './decompose.ts';
