/** Every row of the results, in the order of RESULTS.md. */

import type { Row } from './row.ts';

export const rows: readonly Row[] = [];
