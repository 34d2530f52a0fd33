/** Every row of the results, in the order of RESULTS.md. */

import { admm } from './admm.ts';
import { bayes } from './bayes.ts';
import { early } from './early.ts';
import { dlrm } from './dlrm.ts';
import { dlrt } from './dlrt.ts';
import { lrpet } from './lrpet.ts';
import type { Row } from './row.ts';
import { tdlrt } from './tdlrt.ts';
import { tenbcd } from './tenbcd.ts';
import { text } from './text.ts';

export const rows: readonly Row[] = [dlrt, tdlrt, bayes, dlrm, lrpet, tenbcd, early, admm, text];
