/** Arithmetic of tensor trains and TT-matrices: part of the namespace `tt`. */

import { type Makers, trains } from './make.ts';

export { full } from '../formats/algebra.ts';
export { ranksOf } from '../formats/network.ts';
export { add, hadamard, scale, sub } from './arithmetic.ts';
export { dot } from './dot.ts';
export { element, gather } from './entries.ts';
export { merge, reshape, split } from './fold.ts';
export { kron, outer } from './kron.ts';
export { fromCores, type MakeOptions, type Makers, type RandomOptions } from './make.ts';
export { matmat, matvec, transpose } from './matrix.ts';
export { logNorm, norm } from './norm.ts';
export { orthogonalize } from './orthogonalize.ts';
export { permute } from './permute.ts';
export { type RandomRoundOptions, randomRound, roundSum } from './randomRound.ts';
export { type Rounded, type RoundOptions, round, rounded } from './round.ts';
export { slice } from './slice.ts';
export { sum } from './sum.ts';
export { tangentGradient } from './gradient.ts';
export {
  projectTangent,
  retract,
  type Tangent,
  type TangentSpace,
  tangentDimension,
  tangentDot,
  tangentSpace,
  tangentSum,
  tangentTrain,
  transport,
} from './tangent.ts';

export const zeros: Makers['zeros'] = trains.zeros;
export const ones: Makers['ones'] = trains.ones;
export const random: Makers['random'] = trains.random;
