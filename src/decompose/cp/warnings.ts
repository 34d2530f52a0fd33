/** What a reader of a CP decomposition should know about its components. */

import { mul } from '../../ops/binary.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Components } from './components.ts';

/** Two components whose cosine is below -CANCEL cancel for the greater part. */
const CANCEL = 0.7;

/**
 * A warning for each pair of components that cancel and whose squares are twice that of the tensor: the mark of a
 * tensor without a best approximation of this rank (De Silva & Lim 2008), whose weights grow as long as the error
 * falls.
 */
export function degeneracies({ grams, weights }: Components, norm: number): string[] {
  const cosines = scope(() => dataSync(grams.reduce((a, b) => mul(a, b))));
  const w = dataSync(weights);
  const found: string[] = [];
  for (let p = 0; p < w.length; p++) {
    for (let q = p + 1; q < w.length; q++) {
      const cosine = cosines[p * w.length + q]!;
      if (!(cosine < -CANCEL && w[p]! * w[p]! + w[q]! * w[q]! > 2 * norm * norm)) continue;
      const times = [w[p]!, w[q]!].map((x) => (x / norm).toPrecision(3)).join(' and ');
      found.push(
        `two components cancel: cosine ${cosine.toFixed(4)}, weights ${times} times the norm of the tensor; ` +
          'it may have no best approximation of this rank: use a ridge or another rank',
      );
    }
  }
  return found;
}
