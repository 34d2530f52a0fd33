/** TT-matrices and their arithmetic: the namespace `ttMatrix`. */

import { type Makers, matrices } from '../../tt/make.ts';

export { full } from '../../formats/algebra.ts';
export { ranksOf } from '../../formats/network.ts';
export { add, hadamard, scale, sub } from '../../tt/arithmetic.ts';
export { dot } from '../../tt/dot.ts';
export { element, gather } from '../../tt/entries.ts';
export { merge, split } from '../../tt/fold.ts';
export { kron } from '../../tt/kron.ts';
export { fromMatrixCores as fromCores, identity } from '../../tt/make.ts';
export { matmat, matvec, transpose } from '../../tt/matrix.ts';
export { logNorm, norm } from '../../tt/norm.ts';
export { orthogonalize } from '../../tt/orthogonalize.ts';
export { type Rounded, type RoundOptions, round, rounded } from '../../tt/round.ts';
export { slice } from '../../tt/slice.ts';
export { sum } from '../../tt/sum.ts';
export { decompose, type MatrixDecomposeOptions } from './decompose.ts';

export const zeros: Makers['zeros'] = matrices.zeros;
export const ones: Makers['ones'] = matrices.ones;
export const random: Makers['random'] = matrices.random;
