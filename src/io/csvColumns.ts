/**
 * Columns of categories in a delimited table: texts become indices 0, 1, 2, ... in an order that does not depend on the
 * order of the rows.
 */

import type { Column, IndexColumn } from '../columns.ts';
import { FormatError } from '../errors.ts';
import { NUMBER } from './csvLabels.ts';
import { showText } from './show.ts';

/** How the columns of a table are read: categories by their names where declared or `known`, and texts by themselves. */
export interface Categories {
  /** Names of columns that are categories whatever their fields look like. */
  readonly declared?: readonly string[];
  /** Columns of an earlier table of this kind, in order: their categories keep their indices, and others are refused. */
  readonly known?: readonly Column[];
}

/** Throws the error of a field, with where it stands. */
type Refuse = (rule: string, got: string, remedy: string) => never;

/** The column being read: indices in order of appearance, or of the known column. */
export interface CategoryColumn {
  readonly at: number;
  readonly name: string;
  readonly isDeclared: boolean;
  readonly known: IndexColumn | undefined;
  readonly ids: Map<string, number>;
}

/** The columns of categories among features of these names, found by the first row of fields. Throws FormatError. */
export function findCategories(
  op: string,
  first: readonly string[],
  names: readonly string[] | undefined,
  { declared = [], known }: Categories,
): CategoryColumn[] {
  const missing = declared.find((name) => names === undefined || !names.includes(name));
  if (missing !== undefined) {
    throw new FormatError(op, 'declared columns are in the table', showText(missing), 'correct the name');
  }
  if (known !== undefined && known.length !== first.length) {
    const got = `${first.length} columns`;
    throw new FormatError(op, `the table has the ${known.length} columns it was trained on`, got, 'correct the table');
  }
  return first.flatMap((field, at) => {
    const name = names?.[at] ?? `column${at + 1}`;
    const like = known?.[at];
    // A column that is known without the names of its categories holds their indices.
    const namesOf = like?.kind === 'index' && like.names !== undefined ? like : undefined;
    const isDeclared = declared.includes(name);
    const isText = known === undefined ? isDeclared || !NUMBER.test(field) : namesOf !== undefined;
    if (!isText || (field === '' && !isDeclared && namesOf === undefined)) return [];
    const ids = new Map(namesOf?.names?.map((text, k) => [text, k]));
    return [{ at, name, isDeclared, known: namesOf, ids }];
  });
}

/** The index of a field in its column, a new one where none is known. */
export function categoryOf(column: CategoryColumn, field: string, refuse: Refuse): number {
  const found = column.ids.get(field);
  if (found !== undefined) return found;
  if (column.known !== undefined) {
    const some = [...column.ids.keys()].slice(0, 10).map(showText).join(', ');
    return refuse('categories are those of training', showText(field), `use one of ${some}`);
  }
  if (field === '') return refuse('every field has a category', 'an empty field', 'fill or drop it');
  if (!column.isDeclared && NUMBER.test(field)) {
    return refuse(
      'a column that begins with a text has texts alone',
      showText(field),
      'correct it, or declare the column',
    );
  }
  column.ids.set(field, column.ids.size);
  return column.ids.size - 1;
}

/** Puts the categories of new columns in order, of numbers by value and else of their characters, and describes all columns. */
export function orderCategories(
  columns: readonly CategoryColumn[],
  names: readonly string[] | undefined,
  width: number,
  values: Float32Array,
): Column[] {
  const described = Array.from(
    { length: width },
    (_, at): Column => ({ name: names?.[at] ?? `column${at + 1}`, kind: 'number' }),
  );
  for (const { at, name, known, ids } of columns) {
    const texts = [...ids.keys()];
    if (known === undefined) {
      const isNumeric = texts.every((text) => NUMBER.test(text));
      texts.sort(isNumeric ? (a, b) => Number(a) - Number(b) || (a < b ? -1 : 1) : undefined);
      const order = new Map(texts.map((text, k) => [ids.get(text)!, k]));
      for (let i = at; i < values.length; i += width) values[i] = order.get(values[i]!)!;
    }
    described[at] = { name, kind: 'index', count: texts.length, names: texts };
  }
  return described;
}
