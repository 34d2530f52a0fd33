/**
 * Compositional embeddings by quotient and remainder (Shi et al. 2020, algorithm 2): an index is written in mixed radix, each
 * digit chooses a row of a small table, and the rows are multiplied or added. With two digits they are the quotient and the
 * remainder; more digits are the paper's generalized partitions (section 4). Every index has a row of its own.
 */

import { ShapeError } from '../errors.ts';
import { rows } from '../formats/entries.ts';
import type { Axis } from '../formats/format.ts';
import { denseWeight, type MakeWeight } from '../formats/make.ts';
import { rowModes } from '../formats/rowModes.ts';
import type { Weight } from '../formats/weight.ts';
import { pow } from '../math.ts';
import { add, mul } from '../ops/binary.ts';
import { reshape } from '../ops/reshape.ts';
import { fold } from '../random.ts';
import { type Shape, sizeOf } from '../shape.ts';
import { own as owned } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { indicesOf } from './indices.ts';
import { profileRow } from './leaf.ts';
import { checkSizes, childPath, type Module, own } from './module.ts';

export interface QuotientEmbeddingOptions {
  /** Categories. */
  readonly count: number;
  /** Length of a row. */
  readonly size: number;
  /** Rows of the tables, the most significant digit first; they multiply to at least `count`. Default: two, balanced. */
  readonly radices?: readonly number[];
  /** How the rows of the digits meet; default 'product'. */
  readonly combine?: 'product' | 'sum';
  readonly weight?: MakeWeight;
  /** Standard deviation of the rows that come out; default 0.02. */
  readonly std?: number;
}

/** Indices [batch, ...] of i32 to rows [batch, ..., size]. Throws ShapeError for indices outside 0..count - 1. */
export function quotientEmbedding(options: QuotientEmbeddingOptions): Module {
  const { count, size, combine = 'product', weight = denseWeight(), std = 0.02 } = options;
  checkSizes('quotientEmbedding', { count, size });
  const { radices = rowModes(count, 2) } = options;
  checkRadices(count, radices);
  const names = radices.map((_, k) => `table${k}`);
  const axes = radices.map((radix): readonly Axis[] => [
    { size: radix, role: 'out' },
    { size, role: 'in' },
  ]);
  // Of d independent factors each has the d-th root of the deviation; of d terms each has it over the root of d.
  const each = combine === 'product' ? pow(std, 1 / radices.length) : std / Math.sqrt(radices.length);
  const join = combine === 'product' ? mul : add;
  const outputShape = (input: Shape): Shape => [...input, size];
  return {
    kind: 'quotientEmbedding',
    weights: Object.fromEntries(names.map((name, k) => [name, axes[k]!])),
    init: (key, path) =>
      Object.fromEntries(
        names.map((name, k) => {
          const request = { axes: axes[k]!, std: each, key: fold(key, name), path: childPath(path, name) };
          return [name, weight(request) as Tensor];
        }),
      ),
    apply: (params, index) => {
      const digits = digitsOf(indicesOf('quotientEmbedding', index, count), radices);
      const found = digits.map((digit, k) => rows(own<Weight>(params, names[k]!), owned(digit, [digit.length])));
      return reshape(found.reduce(join), [...index.shape, size]);
    },
    outputShape,
    profile: (params, input, path) => {
      const output = outputShape(input);
      const row = profileRow('quotientEmbedding', params, path, output, (radices.length - 1) * sizeOf(output));
      return [row];
    },
  };
}

/** Digits of numbers in mixed radix, one list a digit, the most significant first. */
export function digitsOf(index: Int32Array, radices: readonly number[]): Int32Array[] {
  const digits = radices.map(() => new Int32Array(index.length));
  index.forEach((i, b) => {
    let rest = i;
    for (let k = radices.length - 1; k >= 0; k--) {
      digits[k]![b] = rest % radices[k]!;
      rest = Math.floor(rest / radices[k]!);
    }
  });
  return digits;
}

function checkRadices(count: number, radices: readonly number[]): void {
  const room = radices.reduce((n, m) => n * m, 1);
  if (radices.length > 0 && radices.every((m) => Number.isInteger(m) && m >= 1) && room >= count) return;
  const rule = `radices are whole numbers >= 1 that multiply to at least ${count}`;
  throw new ShapeError('quotientEmbedding', rule, `[${radices.join(', ')}]`, 'correct the option');
}
