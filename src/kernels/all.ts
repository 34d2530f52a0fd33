/** Every kernel there is: laws, benchmarks and the build check walk this list. */

import { adam } from './adam.ts';
import { argmax } from './argmax.ts';
import { batchNorm } from './batchNorm.ts';
import { batchNormApply } from './batchNormApply.ts';
import { batchNormGrad } from './batchNormGrad.ts';
import { binary } from './binary.ts';
import { cast } from './cast.ts';
import { copy } from './copy.ts';
import { fill } from './fill.ts';
import { gather } from './gather.ts';
import { gemm } from './gemm.ts';
import { gesvd } from './gesvd.ts';
import { gesvj } from './gesvj.ts';
import type { Kernel } from './kernel.ts';
import { layerNorm } from './layerNorm.ts';
import { layerNormAffineGrad } from './layerNormAffineGrad.ts';
import { layerNormGrad } from './layerNormGrad.ts';
import { pool } from './pool.ts';
import { poolGrad } from './poolGrad.ts';
import { reduce } from './reduce.ts';
import { scan } from './scan.ts';
import { scatterAdd } from './scatterAdd.ts';
import { select } from './select.ts';
import { sgd } from './sgd.ts';
import { unary } from './unary.ts';
import { softmax } from './softmax.ts';
import { softmaxGrad } from './softmaxGrad.ts';
import { softmaxCrossEntropy } from './softmaxCrossEntropy.ts';
import { softmaxCrossEntropyGrad } from './softmaxCrossEntropyGrad.ts';
import { getrf } from './getrf.ts';
import { potrf } from './potrf.ts';
import { syevd } from './syevd.ts';
import { trsm } from './trsm.ts';
import { ttRound } from './ttRound.ts';
import { philox } from './philox.ts';
import { geqp3 } from './geqp3.ts';
import { geqrf } from './geqrf.ts';
import { ormqr } from './ormqr.ts';

export const kernels: readonly Kernel[] = [
  fill,
  unary,
  binary,
  select,
  reduce,
  argmax,
  scan,
  copy,
  cast,
  gather,
  scatterAdd,
  sgd,
  adam,
  pool,
  poolGrad,
  gemm,
  batchNorm,
  batchNormApply,
  batchNormGrad,
  layerNorm,
  layerNormGrad,
  layerNormAffineGrad,
  softmax,
  softmaxGrad,
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
  philox,
  geqrf,
  ormqr,
  geqp3,
  gesvd,
  gesvj,
  getrf,
  potrf,
  syevd,
  trsm,
  ttRound,
];
