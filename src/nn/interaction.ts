/**
 * Products of all pairs of vectors: from [features, size] to the first vector, followed by the dot products of each pair of
 * different features (the interaction of Naumov et al. 2019, section 2.1; Rendle 2010).
 */

import { concat } from '../ops/concat.ts';
import { einsum } from '../ops/einsum/einsum.ts';
import { gather } from '../ops/gather.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { transpose } from '../ops/transpose.ts';
import { own } from '../tensor/create.ts';
import { plain } from './leaf.ts';
import type { Module } from './module.ts';

/** [batch, features, size] to [batch, size + features (features - 1) / 2]. */
export function interaction(features: number, size: number): Module {
  const pairs: number[] = [];
  for (let a = 1; a < features; a++) for (let b = 0; b < a; b++) pairs.push(a * features + b);
  const outputs = size + pairs.length;
  return plain({
    kind: 'interaction',
    apply: (x) => {
      const batch = x.shape[0]!;
      const products = reshape(einsum('bfd,bgd->bfg', x, x), [batch, features * features]);
      const chosen = gather(transpose(products), own(Int32Array.from(pairs), [pairs.length]));
      return concat([slice(x, [null, 0]), transpose(chosen)], 1);
    },
    outputShape: () => [outputs],
    flopsPerElement: Math.ceil((2 * size * pairs.length) / outputs),
  });
}
