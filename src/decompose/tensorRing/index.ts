/** Tensor rings: the namespace `tensorRing`. */

export { full } from '../../formats/algebra.ts';
export { ranksOf } from '../../formats/network.ts';
export { decompose, type TensorRingOptions } from './decompose.ts';
