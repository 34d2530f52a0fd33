/** Numbers as operands. They wait in JavaScript memory; a scope uploads each of them once. */

import { arrayOf, type Dtype } from '../dtype.ts';
import { Storage } from '../tensor/storage.ts';
import { Tensor } from '../tensor/tensor.ts';

/** Numbers that change from step to step would fill the cache for ever. */
const MOST = 256;

const known = new Map<Dtype, Map<number, Tensor>>();

/** A tensor of order 0. */
export function scalar(value: number, dtype: Dtype): Tensor {
  let cache = known.get(dtype);
  if (cache === undefined) known.set(dtype, (cache = new Map()));
  // A map takes -0 for 0, but 1 / -0 is not 1 / 0.
  const found = Object.is(value, -0) ? undefined : cache.get(value);
  if (found !== undefined) return found;
  const array = arrayOf(dtype, 1);
  array[0] = value;
  const made = new Tensor(Storage.host(dtype, array), [], []);
  if (Object.is(value, -0)) return made;
  if (cache.size >= MOST) cache.clear();
  cache.set(value, made);
  return made;
}

/** Two operands of which one may be a number, which takes the dtype of the other; two numbers are f32. */
export function operands(a: Tensor | number, b: Tensor | number): [Tensor, Tensor] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? scalar(b, a.dtype) : b];
  if (typeof b !== 'number') return [scalar(a, b.dtype), b];
  return [scalar(a, 'f32'), scalar(b, 'f32')];
}
