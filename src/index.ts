/** The public names of rankwise. */

export { backend, type InitOptions, init, withBackend } from './backend/current.ts';
export type { Backend, Stats } from './backend/backend.ts';
export type { DataArray, Dtype, Real } from './dtype.ts';
export {
  BackendError,
  ConvergenceError,
  DivergenceError,
  DtypeError,
  FormatError,
  NonFiniteError,
  OutOfMemoryError,
  RankError,
  ShapeError,
  SingularError,
} from './errors.ts';
export { argmax } from './ops/argmax.ts';
export { batchNorm, batchNormApply } from './ops/batchNorm.ts';
export { add, div, equal, less, lessEqual, maximum, minimum, mul, sub } from './ops/binary.ts';
export { broadcastTo } from './ops/broadcast.ts';
export { cast } from './ops/cast.ts';
export { concat, stack } from './ops/concat.ts';
export { contiguous } from './ops/contiguous.ts';
export { dropout } from './ops/dropout.ts';
export { gather, oneHot, scatterAdd, takeAlong } from './ops/gather.ts';
export {
  type Custom,
  custom,
  grad,
  recompute,
  stopGradient,
  type Traced,
  type ValueAndGrad,
  valueAndGrad,
  vjp,
} from './ops/grad.ts';
export { layerNorm } from './ops/layerNorm.ts';
export { binaryCrossEntropy, meanSquaredError, softmaxCrossEntropy, softmaxCrossEntropyRows } from './ops/loss.ts';
export { pad } from './ops/pad.ts';
export { avgPool2d, globalAvgPool, maxPool2d, type PoolOptions } from './ops/pool.ts';
export { pow } from './ops/pow.ts';
export { dropoutMask, type NormalOptions, normal, type UniformOptions, uniform } from './ops/random.ts';
export { type Axes, max, mean, min, sum, sumSquares } from './ops/reduce.ts';
export { expandDims, reshape, squeeze } from './ops/reshape.ts';
export { type Range, slice, split } from './ops/slice.ts';
export { logSoftmax, softmax } from './ops/softmax.ts';
export { softplus } from './ops/softplus.ts';
export { logSumExp, norm2, variance } from './ops/statistics.ts';
export { swapAxes, transpose } from './ops/transpose.ts';
export {
  abs,
  cos,
  erf,
  exp,
  floor,
  gelu,
  log,
  neg,
  reciprocal,
  relu,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sqrt,
  square,
  step,
  tanh,
} from './ops/unary.ts';
export { where } from './ops/where.ts';
export { fold, type Key, key } from './random.ts';
export type { Shape } from './shape.ts';
export { eye, full, type Nested, ones, range, tensor, zeros } from './tensor/create.ts';
export { data, dataSync, item, sync, toArray } from './tensor/read.ts';
export { dispose, keep, leaks, replace, scope } from './tensor/scope.ts';
export { Tensor } from './tensor/tensor.ts';
export { eachLeaf, leavesOf, mapTree, type Tree, withLeaves } from './tree.ts';
export { conv1d, conv2d } from './ops/conv.ts';
export type { ConvOptions } from './ops/convGeometry.ts';
export { contract, contractPath, einsum, einsumPath, type Operand } from './ops/einsum/einsum.ts';
export type { Path } from './ops/einsum/path.ts';
export { dot, matmul, outer } from './ops/matmul.ts';
export { cholesky, choleskyShifted, type ShiftedCholesky } from './ops/linalg/cholesky.ts';
export { det } from './ops/linalg/det.ts';
export { type Eigh, eigenvalues, eigh } from './ops/linalg/eigh.ts';
export { lstsq } from './ops/linalg/lstsq.ts';
export { type Lu, lu } from './ops/linalg/lu.ts';
export { pinv, type RankOptions } from './ops/linalg/pinv.ts';
export { type Slogdet, slogdet } from './ops/linalg/slogdet.ts';
export { inv, solve } from './ops/linalg/solve.ts';
export { symmetricFunction } from './ops/linalg/symmetricFunction.ts';
export { type TriangularOptions, triangularSolve } from './ops/linalg/triangularSolve.ts';
export { lq, type QrOptions, qr } from './ops/linalg/qr.ts';
export { type PivotedQr, qrPivoted } from './ops/linalg/qrPivoted.ts';
export { applyQ, type Reflectors, reflectors } from './ops/linalg/reflectors.ts';
export { polar } from './ops/linalg/polar.ts';
export { type RandomizedSvd, type RandomizedSvdOptions, randomizedSvd } from './ops/linalg/randomizedSvd.ts';
export { nuclearNorm, type SpectralFunction, schattenNorm, spectralSum } from './ops/linalg/spectral.ts';
export { type Svd, type SvdMethod, type SvdOptions, singularValues, svd } from './ops/linalg/svd.ts';
export { truncate } from './ops/linalg/truncatedSvd.ts';
export { denseWeight, type FactorizeOptions, lowRankWeight, type MakeWeight, weightsByPath } from './formats/make.ts';
export * as formats from './formats/index.ts';
export { type Augment, assemble } from './io/batch.ts';
export { readCsv } from './io/csv.ts';
export { clicks } from './io/clicks.ts';
export { type Dataset, makeDataset, type Optimum, type Split } from './io/dataset.ts';
export { digits } from './io/digits.ts';
export { readIdx } from './io/idx.ts';
export { readNpy, writeNpy } from './io/npy.ts';
export { prefetch } from './io/prefetch.ts';
export { decodeTensor, readSafetensors, writeSafetensors } from './io/safetensors.ts';
export { permutation, splitValidation } from './io/shuffle.ts';
export { type AdmmOptions, admm } from './methods/admm.ts';
export { type BayesOptions, bayes } from './methods/bayes.ts';
export { type DescentOptions, descent } from './methods/descent.ts';
export { type EarlyOptions, early } from './methods/early.ts';
export { type FactorizedOptions, factorized } from './methods/factorized.ts';
export { type DlrtOptions, dlrt } from './methods/dlrt.ts';
export { type LrpetOptions, lrpet } from './methods/lrpet.ts';
export { type TenbcdOptions, tenbcd } from './methods/tenbcd/tenbcd.ts';
export type { Batch, Method, Step, Task, TrainEvent } from './methods/method.ts';
export * as nn from './nn/index.ts';
export { modelNamed, models } from './nn/models/all.ts';
export * as optim from './optim/index.ts';
export * as select from './select/index.ts';
export { type AdaptOptions, adapted, type Deltas, deltasOf } from './train/adapt.ts';
export { loadCheckpoint, saveCheckpoint } from './train/checkpoint.ts';
export { countsOf, ranksByPath } from './nn/counts.ts';
export {
  addedUp,
  type Base,
  type Delta,
  fileChecksum,
  loadDelta,
  saveDelta,
  withDelta,
} from './train/deltaFile.ts';
export { classesOf, evaluate, forward } from './train/evaluate.ts';
export { drawsOf, ensemble, evaluateDraws } from './train/uncertainty.ts';
export { type LoadedModel, loadModel, type ModelSpec, saveModel } from './train/modelFile.ts';
export { narrowWidth, parametersOf } from './nn/narrow.ts';
export { batchesOf, type SupervisedOptions, supervised } from './train/task.ts';
export { type Snapshot, Training, type TrainOptions, type TrainStep, type TrainTask, train } from './train/train.ts';
export { onWarning, type Warning, type WarningHandler } from './warn.ts';
export * as cp from './decompose/cp/index.ts';
export * as tt from './decompose/tt/index.ts';
export * as ttMatrix from './decompose/ttMatrix/index.ts';
export * as ht from './decompose/ht/index.ts';
export * as lowRank from './decompose/lowRank/index.ts';
export * as tensorRing from './decompose/tensorRing/index.ts';
export * as tucker from './decompose/tucker/index.ts';
export { type ConvertOptions, convert } from './decompose/convert.ts';
export { type DecomposeByName, decompose, decomposeWeight } from './decompose/decompose.ts';
export { modeProduct, refold, unfold } from './ops/unfold.ts';
