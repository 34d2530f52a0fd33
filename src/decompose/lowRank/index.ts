/** Products of two factors: the namespace `lowRank`. */

export { full } from '../../formats/algebra.ts';
export { ranksOf } from '../../formats/network.ts';
export { round } from '../../formats/round.ts';
export { decompose, type LowRankOptions } from './decompose.ts';
