/**
 * The public names of rankwise/testing: fast-check arbitraries of tensors, matrices and low-rank formats, and the laws that
 * decompositions keep, for implementations of one's own. Needs fast-check, an optional peer dependency.
 */

export {
  type Attained,
  type ContractCase,
  type ContractOptions,
  type ContractResult,
  checkContract,
} from './accuracy/contract.ts';
export { contract, type Promised } from './accuracy/limits.ts';
export type { Matrix } from './accuracy/matrix.ts';
export type { Size } from './accuracy/sizes.ts';
export { sizesOf, type ZooMatrix, zoo, zooMatrix, zooNames } from './accuracy/zoo.ts';
export type { Law, LawOptions } from './testing/law.ts';
export {
  matricesWithSpectrum,
  refusedNames,
  type SpectralMatrix,
  type SpectrumMatrixOptions,
  type ZooOptions,
  zooMatrices,
} from './testing/matrices.ts';
export { type MatrixImpl, matrixLaws } from './testing/matrixLaws.ts';
export { dtypes, type ShapeOptions, seeds, shapes } from './testing/shapes.ts';
export type { Dense } from './testing/dense.ts';
export {
  type FactoredOptions,
  factoreds,
  type Planted,
  plantedTensors,
  type TensorOptions,
  tensors,
} from './testing/tensors.ts';
export type { Cut, Gauge } from './testing/tt/laws.ts';
export type { TrainImpl } from './testing/tt/implementation.ts';
export { type TrainOptions, trainPairs, trains } from './testing/tt/samples.ts';
export { ttLaws } from './testing/ttLaws.ts';
export type { CpImpl } from './testing/cp/implementation.ts';
export type { Ask } from './testing/cp/laws.ts';
export { type CpOptions, cpFactors } from './testing/cp/samples.ts';
export { cpLaws } from './testing/cpLaws.ts';
export type { TuckerImpl } from './testing/tucker/implementation.ts';
export type { TuckerCut, TuckerParts } from './testing/tucker/laws.ts';
export { tuckerLaws } from './testing/tuckerLaws.ts';
