/** Rows of a table by index. A low-rank table is never formed: rows are contracted from its parts. */

import { ShapeError } from '../errors.ts';
import { rows } from '../formats/entries.ts';
import type { Axis } from '../formats/format.ts';
import { denseWeight, type MakeWeight } from '../formats/make.ts';
import { storedCount, type Weight } from '../formats/weight.ts';
import { reshape } from '../ops/reshape.ts';
import { fold as foldKey } from '../random.ts';
import { type Shape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { profileRow, weightsOf } from './leaf.ts';
import { checkSizes, childPath, type Module, own } from './module.ts';

export interface EmbeddingOptions {
  /** Rows of the table. */
  readonly count: number;
  /** Length of a row. */
  readonly size: number;
  readonly weight?: MakeWeight;
  /** Standard deviation of entries; default 0.02. */
  readonly std?: number;
  /**
   * Mode sizes of the rows in low-rank form, such as [200, 220, 250] for 10,131,227 rows: they may multiply to more than
   * `count`. The rows beyond are padding, which no index reaches. Default: exact factors of `count`.
   */
  readonly fold?: readonly number[];
}

/** Indices [batch, ...] of i32 to rows [batch, ..., size]. Throws ShapeError for indices outside 0..count - 1. */
export function embedding({ count, size, weight = denseWeight(), std = 0.02, fold }: EmbeddingOptions): Module {
  checkSizes('embedding', { count, size });
  if (fold !== undefined) checkFold(count, fold);
  const axes: readonly Axis[] = [
    { size: count, role: 'out' },
    { size, role: 'in' },
  ];
  const outputShape = (input: Shape): Shape => [...input, size];
  return {
    kind: 'embedding',
    weights: { weight: axes },
    init: (key, path) => ({
      weight: weight({
        axes,
        std,
        key: foldKey(key, 'weight'),
        path: childPath(path, 'weight'),
        ...(fold === undefined ? {} : { rows: fold }),
      }) as Tensor,
    }),
    apply: (params, index) => {
      const flat = reshape(index, [index.size]);
      return reshape(rows(own<Weight>(params, 'weight'), flat, count), [...index.shape, size]);
    },
    outputShape,
    profile: (params, input, path) => {
      const output = outputShape(input);
      const stored = weightsOf(params).reduce((n, w) => n + storedCount(w), 0);
      // A dense row is copied; a low-rank one costs at most its parts.
      const flops = stored < count * size ? Math.min(2 * stored, sizeOf(output) * 64) : 0;
      // Rows of padding stand for nothing that a dense table would have.
      return [{ ...profileRow('embedding', params, path, output, flops), denseParameters: count * size }];
    },
  };
}

function checkFold(count: number, fold: readonly number[]): void {
  const room = fold.reduce((n, m) => n * m, 1);
  if (fold.length > 0 && fold.every((m) => Number.isInteger(m) && m >= 1) && room >= count) return;
  const rule = `the fold of ${count} rows is whole numbers >= 1 that multiply to at least that`;
  throw new ShapeError('embedding', rule, `[${fold.join(', ')}]`, 'correct the fold');
}
