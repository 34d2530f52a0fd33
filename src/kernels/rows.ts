/** Data [rows, columns] by row: how the row kernels cut their work. */

/** Rows in a piece; assembly/nn/rows.ts has the same. */
const ROWS = 8;

export function rowPieces({ rows }: { readonly rows: number }): number {
  return Math.ceil(rows / ROWS);
}

/** Calls `each` for the rows of pieces [begin, end). */
export function eachRow(a: { rows: number; begin: number; end: number }, each: (row: number) => void): void {
  const end = Math.min(a.end * ROWS, a.rows);
  for (let row = a.begin * ROWS; row < end; row++) each(row);
}

/** Cases of the row kernels: [rows, columns, option 0 or 1]. */
export const rowCases: readonly (readonly number[])[] = [
  [0, 5, 0],
  [1, 1, 1],
  [3, 2, 0],
  [9, 3, 1],
  [64, 10, 0],
  [64, 10, 1],
  [17, 16, 1],
  [5, 37, 0],
  [3, 131, 1],
  [40, 1000, 0],
];
