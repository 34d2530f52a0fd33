/**
 * The five largest tables of the Criteo Kaggle click log, as Hawkins, Liu & Zhang (2022, arXiv 2010.08689, section 6) fold
 * them: rows in three modes, with some room to spare, and 128 columns: 4,248,739,968 entries.
 */

import type { IndexColumn } from '../../columns.ts';

/** Columns of categories with the numbers of rows of C3, C4, C12, C16 and C21, and the paper's folding. */
export const criteoTables: readonly IndexColumn[] = [
  { name: 'c3', kind: 'index', count: 10_131_227, fold: [200, 220, 250] },
  { name: 'c4', kind: 'index', count: 2_202_608, fold: [125, 130, 136] },
  { name: 'c12', kind: 'index', count: 8_351_593, fold: [200, 200, 209] },
  { name: 'c16', kind: 'index', count: 5_461_306, fold: [166, 175, 188] },
  { name: 'c21', kind: 'index', count: 7_046_547, fold: [200, 200, 200] },
];

/** Length of a row. */
export const CRITEO_SIZE = 128;

/** Ranks at the start, one for all bonds of a table: each format then stores about 1.13 million numbers. */
export const criteoRanks: Readonly<Record<'tt' | 'ttMatrix' | 'tucker' | 'cp', readonly number[]>> = {
  tt: [24, 24, 24, 24, 24],
  ttMatrix: [16, 16, 16, 16, 16],
  tucker: [22, 20, 22, 21, 22],
  cp: [350, 306, 330, 328, 327],
};
