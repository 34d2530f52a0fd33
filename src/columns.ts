/**
 * Tables of mixed columns: numbers, and indices of categories, side by side in one f32 table. Numbers are normalised;
 * indices have mean 0 and deviation 1, so that they pass unchanged. f32 holds every whole number up to 2^24.
 */

import { FormatError } from './errors.ts';
import { type Check, listOf, object, oneOf, optional, refuse, text, whole } from './json.ts';

/** The most categories of a column. */
export const MOST_CATEGORIES: number = 1 << 24;

/** A column of real numbers. */
export interface NumberColumn {
  readonly name: string;
  readonly kind: 'number';
}

/** A column of categories 0 to count - 1. */
export interface IndexColumn {
  readonly name: string;
  readonly kind: 'index';
  readonly count: number;
  /** Columns of one group index one table, such as the words of a text. */
  readonly group?: string;
  /** Mode sizes of the column's table in low-rank form; they may multiply to more than `count`. */
  readonly fold?: readonly number[];
  /** What the categories are called, where a table names them. */
  readonly names?: readonly string[];
}

export type Column = NumberColumn | IndexColumn;

const OP = 'dataset';

/** Throws FormatError unless the columns fit together: distinct names, whole counts, one count a group, folds with room. */
export function checkColumns(op: string, columns: readonly Column[]): void {
  const wrong = (rule: string, got: string): FormatError => new FormatError(op, rule, got, 'correct the columns');
  const names = new Set<string>();
  const groups = new Map<string, number>();
  for (const column of columns) {
    const { name } = column;
    if (names.has(name)) throw wrong('columns have names of their own', `two called '${name}'`);
    names.add(name);
    if (column.kind === 'number') continue;
    const { count, group, fold, names: called = { length: count } } = column;
    if (!Number.isInteger(count) || count < 1 || count > MOST_CATEGORIES) {
      throw wrong(`a column has 1 to ${MOST_CATEGORIES} categories`, `${count} in '${name}'`);
    }
    const other = group === undefined ? count : (groups.get(group) ?? count);
    if (other !== count) throw wrong('columns of a group have one count', `${other} and ${count} in '${group!}'`);
    if (group !== undefined) groups.set(group, count);
    if (called.length !== count) throw wrong(`there are ${count} names of categories`, `${called.length} in '${name}'`);
    if (fold === undefined) continue;
    const room = fold.reduce((n, m) => n * m, 1);
    if (!fold.every((m) => Number.isInteger(m) && m >= 1) || room < count || room > 2 * count) {
      const rule = `a fold of ${count} rows multiplies to that or up to twice as much`;
      throw wrong(rule, `[${fold.join(', ')}] of '${name}'`);
    }
  }
}

/** Throws FormatError unless every value of an index column is a whole number below its count. Rows are examples. */
export function checkIndices(
  op: string,
  what: string,
  columns: readonly Column[],
  values: { readonly length: number; readonly [k: number]: number },
): void {
  const width = columns.length;
  columns.forEach((column, k) => {
    if (column.kind === 'number') return;
    const { count, name } = column;
    for (let i = k; i < values.length; i += width) {
      const value = values[i]!;
      if (value >= 0 && value < count && Math.floor(value) === value) continue;
      const rule = `column '${name}' holds whole numbers from 0 to ${count - 1}`;
      const got = `${value} in example ${Math.floor(i / width)} of ${what}`;
      throw new FormatError(op, rule, got, 'number its categories from 0');
    }
  });
}

/** Moments by column in which indices pass unchanged. */
export function momentsOfColumns<T extends { readonly mean: readonly number[]; readonly std: readonly number[] }>(
  columns: readonly Column[],
  moments: T,
): T {
  const where = (list: readonly number[], index: number): number[] =>
    list.map((x, k) => (columns[k]!.kind === 'index' ? index : x));
  return { ...moments, mean: where(moments.mean, 0), std: where(moments.std, 1) };
}

/** How many distinct rows of each index column's table a list of examples touches, by name or group. */
export function distinctRows(
  columns: readonly Column[],
  values: { readonly length: number; readonly [k: number]: number },
): Record<string, number> {
  const width = columns.length;
  const seen = new Map<string, Uint8Array>();
  columns.forEach((column, k) => {
    if (column.kind === 'number') return;
    const table = column.group ?? column.name;
    const touched = seen.get(table) ?? new Uint8Array(column.count);
    for (let i = k; i < values.length; i += width) touched[values[i]!] = 1;
    seen.set(table, touched);
  });
  return Object.fromEntries([...seen].map(([table, touched]) => [table, touched.reduce((n, bit) => n + bit, 0)]));
}

const indexColumn = object<IndexColumn>({
  name: text,
  kind: oneOf('index'),
  count: whole(1, MOST_CATEGORIES),
  group: optional(text),
  fold: optional(listOf(whole(1, MOST_CATEGORIES), 1)),
  names: optional(listOf(text)),
});
const numberColumn = object<NumberColumn>({ name: text, kind: oneOf('number') });

/** Columns as a file has them. */
export const columnList: Check<Column[]> = (value, at) => {
  const columns = listOf<Column>((entry, place) => {
    const kind = (entry as { kind?: unknown } | null)?.kind;
    return kind === 'index' ? indexColumn(entry, place) : numberColumn(entry, place);
  }, 1)(value, at);
  try {
    checkColumns(at.op, columns);
  } catch (error) {
    refuse(at, 'are columns that fit together', (error as Error).message);
  }
  return columns;
};

/** Throws FormatError unless there is a column for each feature of examples of this shape, in its columns' ranges. */
export function checkTable(
  what: string,
  columns: readonly Column[],
  shape: readonly number[],
  values: { readonly length: number; readonly [k: number]: number },
): void {
  if (shape.length !== 1 || shape[0] !== columns.length) {
    const got = `${columns.length} columns for [${shape.join(', ')}] in ${what}`;
    throw new FormatError(OP, 'a table has one column for each feature', got, 'name all columns');
  }
  checkIndices(OP, what, columns, values);
}
