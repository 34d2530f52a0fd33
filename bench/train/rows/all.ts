/** Every row of the results, in the order of RESULTS.md. */

import { admm } from './admm.ts';
import { lrpet } from './lrpet.ts';
import type { Row } from './row.ts';

export const rows: readonly Row[] = [lrpet, admm];
