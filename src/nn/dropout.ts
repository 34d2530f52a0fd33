/** Dropout: in training each element is zeroed with probability p and the others scaled by 1 / (1 - p). */

import { ShapeError } from '../errors.ts';
import { dropout as dropoutOp } from '../ops/dropout.ts';
import { fold } from '../random.ts';
import { plain } from './leaf.ts';
import type { Module } from './module.ts';

export function dropout(p: number): Module {
  if (!(p >= 0 && p < 1))
    throw new ShapeError('dropout', 'p lies in [0, 1)', String(p), 'choose a probability below 1');
  return plain({
    kind: 'dropout',
    apply: (x, { training, key, path }) => (training && p > 0 ? dropoutOp(x, fold(key, path), p) : x),
  });
}
