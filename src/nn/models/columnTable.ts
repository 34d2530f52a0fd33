/** The table of a column of categories in a ready model, of the kind that its options ask for. */

import type { IndexColumn } from '../../columns.ts';
import { FormatError, ShapeError } from '../../errors.ts';
import { denseWeight, type MakeWeight } from '../../formats/make.ts';
import { rowModes } from '../../formats/rowModes.ts';
import { embedding } from '../embedding.ts';
import { hashEmbedding } from '../hashEmbedding.ts';
import type { Module } from '../module.ts';
import { quotientEmbedding } from '../quotientEmbedding.ts';
import { denseBy, type ModelOptions, type ModelWeights } from './model.ts';

/** Deviation of the rows of tables: rows that are never trained should say little. */
const STD = 0.05;
/** Tables of fewer rows are dense: they hold little, and each of their rows is seen often. */
export const FEW_ROWS = 256;
/** The share of a table's entries that a hashed one stores where no budget says otherwise. */
const SHARE = 0.1;

/** The embedding of a column: of the kind that was asked for, unless that would store more than the plain table. */
export function columnTable(
  column: IndexColumn,
  position: number,
  size: number,
  options: ModelOptions & ModelWeights,
): Module {
  const { count } = column;
  const { embedding: kind = 'table', embeddingBudget: budget = Math.ceil(SHARE * count * size), weight } = options;
  const plain = { count, size, std: STD };
  if (!(budget >= 1))
    throw new FormatError('embedding', 'the budget of a table is at least 1', String(budget), 'correct it');
  if (count < FEW_ROWS) return embedding({ ...plain, weight: denseBy(options) });
  if (kind === 'table') return embedding({ ...plain, weight: weight ?? denseWeight(), fold: foldOf(column) });
  const stored = Math.floor(budget / size);
  if (stored >= count) return embedding({ ...plain, weight: weight ?? denseWeight() });
  const maker: { weight?: MakeWeight } = weight === undefined ? {} : { weight };
  if (kind === 'hash') return hashEmbedding({ ...plain, ...maker, buckets: Math.max(1, stored), seed: position });
  if (kind === 'quotient') return quotientEmbedding({ ...plain, ...maker, radices: radicesFor(count, stored, size) });
  throw new FormatError(
    'embedding',
    "the embedding is 'table', 'hash' or 'quotient'",
    `'${String(kind)}'`,
    'choose one',
  );
}

/** Modes of the rows in low-rank form: as the column says, or two, and three where there are many. */
export function foldOf({ count, fold: given }: IndexColumn): readonly number[] {
  return given ?? rowModes(count, count > 1000 ? 3 : 2);
}

/** The fewest digits whose tables have at most `most` rows together. Throws ShapeError where that is too few for any. */
function radicesFor(count: number, most: number, size: number): number[] {
  let least = count;
  for (let digits = 2; 1 << (digits - 1) < count; digits++) {
    const radices = rowModes(count, digits);
    const rows = radices.reduce((n, m) => n + m, 0);
    if (rows <= most) return radices;
    least = Math.min(least, rows);
  }
  const rule = `quotients and remainders of ${count} categories store at least ${least * size} numbers`;
  throw new ShapeError('embedding', rule, `a budget of ${most * size}`, 'allow more');
}
