/** Every kernel there is: laws, benchmarks and the build check walk this list. */

import { adam } from './adam.ts';
import { binary } from './binary.ts';
import { fill } from './fill.ts';
import { gemm } from './gemm.ts';
import type { Kernel } from './kernel.ts';
import { select } from './select.ts';
import { sgd } from './sgd.ts';
import { unary } from './unary.ts';
import { pool } from './pool.ts';
import { poolGrad } from './poolGrad.ts';

export const kernels: readonly Kernel[] = [fill, unary, binary, select, sgd, adam, pool, poolGrad, gemm];
