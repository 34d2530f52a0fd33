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
