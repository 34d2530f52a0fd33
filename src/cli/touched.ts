/** How much of its tables a data set touches: rows that no example has are never trained. */

import { type Column, distinctRows } from '../columns.ts';
import { grouped } from './output.ts';

/** Tables that are told of, the largest first. */
const MOST = 8;

/** One line with the distinct rows of each table in a list of examples; none where there are no tables. */
export function touched(columns: readonly Column[], values: Uint8Array | Float32Array): string[] {
  const sizes = new Map(columns.flatMap((c) => (c.kind === 'index' ? [[c.group ?? c.name, c.count] as const] : [])));
  const rows = Object.entries(distinctRows(columns, values))
    .sort(([a], [b]) => sizes.get(b)! - sizes.get(a)!)
    .slice(0, MOST)
    .map(([table, count]) => `${table} ${grouped(count)} of ${grouped(sizes.get(table)!)}`);
  const more = sizes.size > MOST ? `, and ${sizes.size - MOST} smaller tables` : '';
  return rows.length === 0 ? [] : [`distinct rows in training: ${rows.join(', ')}${more}`];
}
