/** One embedding for each column of categories of a mixed table; columns of one group share theirs. */

import type { Column, IndexColumn } from '../columns.ts';
import { ShapeError } from '../errors.ts';
import { stack } from '../ops/concat.ts';
import { slice } from '../ops/slice.ts';
import { fold } from '../random.ts';
import { type Shape, showShape } from '../shape.ts';
import { indexTable, type Placed } from './indices.ts';
import { branch, childContext, childPath, type Module } from './module.ts';

/** The columns of categories, and their places among all columns. */
export function indexColumns(columns: readonly Column[]): Placed[] {
  return columns.flatMap((column, at) => (column.kind === 'index' ? [{ column, at }] : []));
}

/** The name of each column's table in paths: letters, digits and _ of its own name, each table's its own. */
function namesOf(placed: readonly Placed[]): string[] {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  return placed.map(({ column: { name, group }, at }) => {
    const table = group === undefined ? `column ${name}` : `group ${group}`;
    const known = names.get(table);
    if (known !== undefined) return known;
    const plain = (group ?? name).replaceAll(/\W+/g, '_').slice(0, 48) || '_';
    const own = taken.has(plain) || plain in {} ? `${plain}_${at}` : plain;
    taken.add(own);
    names.set(table, own);
    return own;
  });
}

/**
 * A table [features] to rows [columns of categories, size]: each index looks up the embedding that `make` gives its column.
 * Throws ShapeError for a value that is no index of its column.
 */
export function tables(columns: readonly Column[], make: (column: IndexColumn, position: number) => Module): Module {
  const placed = indexColumns(columns);
  if (placed.length === 0) {
    throw new ShapeError('tables', 'the data has columns of categories', 'none', "use the model 'mlp'");
  }
  const names = namesOf(placed);
  const children: Record<string, Module> = {};
  placed.forEach(({ column }, k) => {
    children[names[k]!] ??= make(column, k);
  });
  const [size] = children[names[0]!]!.outputShape([]) as [number];
  const outputShape = (input: Shape): Shape => {
    if (input.length === 1 && input[0] === columns.length) return [placed.length, size];
    throw new ShapeError('tables', `the input has ${columns.length} columns`, showShape(input), 'check the data');
  };
  return {
    kind: 'tables',
    children,
    init: (key, path) =>
      Object.fromEntries(
        Object.entries(children).map(([name, child]) => [name, child.init(fold(key, name), childPath(path, name))]),
      ),
    apply: (params, x, context) => {
      outputShape(x.shape.slice(1));
      const index = indexTable(context.path || 'tables', x, placed);
      const rows = names.map((name, k) => {
        const column = slice(index, [null, k]);
        return children[name]!.apply(branch(params, name), column, childContext(context, name));
      });
      return stack(rows, 1);
    },
    outputShape,
    profile: (params, _input, path) =>
      Object.entries(children).flatMap(([name, child]) =>
        child.profile(branch(params, name), [], childPath(path, name)),
      ),
  };
}
