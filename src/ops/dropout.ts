/** Dropout (Srivastava et al. 2014). */

import type { Real } from '../dtype.ts';
import type { Key } from '../random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { mul } from './binary.ts';
import { dropoutMask } from './random.ts';

/** x with each element zeroed with probability p and the others scaled by 1 / (1 - p). Throws as dropoutMask(). */
export function dropout(x: Tensor, key: Key, p: number): Tensor {
  return mul(x, dropoutMask(key, p, x.shape, x.dtype as Real));
}
