/** Rows of a table by index. A low-rank table is never formed: rows are contracted from its parts. */

import { rows } from '../formats/entries.ts';
import type { Axis } from '../formats/format.ts';
import { denseWeight, type MakeWeight } from '../formats/make.ts';
import type { Weight } from '../formats/weight.ts';
import { reshape } from '../ops/reshape.ts';
import { fold } from '../random.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { profileRow, weightsOf } from './leaf.ts';
import { storedCount } from '../formats/weight.ts';
import { checkSizes, childPath, type Module, own } from './module.ts';

export interface EmbeddingOptions {
  /** Rows of the table. */
  readonly count: number;
  /** Length of a row. */
  readonly size: number;
  readonly weight?: MakeWeight;
  /** Standard deviation of entries; default 0.02. */
  readonly std?: number;
}

/** Indices [batch, ...] of i32 to rows [batch, ..., size]. */
export function embedding({ count, size, weight = denseWeight(), std = 0.02 }: EmbeddingOptions): Module {
  checkSizes('embedding', { count, size });
  const outputShape = (input: Shape): Shape => [...input, size];
  const axes: readonly Axis[] = [
    { size: count, role: 'out' },
    { size, role: 'in' },
  ];
  return {
    kind: 'embedding',
    weights: { weight: axes },
    init: (key, path) => ({
      weight: weight({
        axes,
        std,
        key: fold(key, 'weight'),
        path: childPath(path, 'weight'),
      }) as Tensor,
    }),
    apply: (params, index) => {
      const flat = reshape(index, [index.size]);
      return reshape(rows(own<Weight>(params, 'weight'), flat), [...index.shape, size]);
    },
    outputShape,
    profile: (params, input, path) => {
      const output = outputShape(input);
      const lookups = output.reduce((n, m) => n * m, 1);
      const stored = weightsOf(params).reduce((n, w) => n + storedCount(w), 0);
      // A dense row is copied; a low-rank one costs at most its parts.
      const flops = stored < count * size ? Math.min(2 * stored, lookups * 64) : 0;
      return [profileRow('embedding', params, path, output, flops)];
    },
  };
}
