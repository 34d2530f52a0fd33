/** Texts of unequal length, padded behind: what counts is the state at the last word, not after the padding. */

import { ShapeError } from '../errors.ts';
import { gather } from '../ops/gather.ts';
import { reshape } from '../ops/reshape.ts';
import { showShape } from '../shape.ts';
import { own } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Index 0 of a vocabulary: no word. */
export const PADDING = 0;

/** The number of entries of each text [batch, length] up to its last one that is no padding; at least 1. */
export function lengthsOf(words: Tensor): Int32Array {
  const values = dataSync(words);
  const [batch, length] = words.shape as [number, number];
  return Int32Array.from({ length: batch }, (_, b) => {
    let n = length;
    while (n > 1 && values[b * length + n - 1] === PADDING) n--;
    return n;
  });
}

/** The states [batch, steps, size] of texts at their last words: [batch, size]. Throws ShapeError where a text is longer. */
export function lastState(states: Tensor, lengths: Int32Array): Tensor {
  const [batch, steps, size] = states.shape as [number, number, number];
  const bad = lengths.findIndex((n) => n < 1 || n > steps);
  if (lengths.length !== batch || bad >= 0) {
    const got = bad >= 0 ? `length ${lengths[bad]}` : `${lengths.length} lengths for ${showShape(states.shape)}`;
    throw new ShapeError('lastState', `there is a length in 1..${steps} for each text`, got, 'pass its own lengths');
  }
  const at = lengths.map((n, b) => b * steps + n - 1);
  return gather(reshape(states, [batch * steps, size]), own(at, [batch]));
}
