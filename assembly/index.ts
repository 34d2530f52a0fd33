// biome-ignore-all format: one line for each kernel and dtype
/** The export list: one line per kernel and dtype. */

import { fill, FillArgs } from './move/fill';
import { unary, UnaryArgs } from './map/unary';
import { binary, BinaryArgs } from './map/binary';
import { select3, SelectArgs } from './map/select';
import { copy, CopyArgs } from './move/copy';
import { cast, CastArgs } from './move/cast';
import { gather, GatherArgs } from './move/gather';
import { scatterAdd, ScatterAddArgs } from './move/scatterAdd';
import { argmax, ArgmaxArgs } from './map/argmax';
import { reduce, ReduceArgs } from './map/reduce';
import { scan, ScanArgs } from './map/scan';
import { sgd, SgdArgs } from './nn/sgd';
import { adam, AdamArgs } from './nn/adam';
import { pool, PoolArgs } from './nn/pool';
import { poolGrad, PoolGradArgs } from './nn/poolGrad';
import { gemm } from './level3/gemm';
import { GemmArgs } from './level3/plan';
import { batchNorm, BatchNormArgs } from './nn/batchNorm';
import { batchNormApply, BatchNormApplyArgs } from './nn/batchNormApply';
import { batchNormGrad, BatchNormGradArgs } from './nn/batchNormGrad';
import { layerNorm, LayerNormArgs } from './nn/layerNorm';
import { layerNormGrad, LayerNormGradArgs } from './nn/layerNormGrad';
import { layerNormAffineGrad, LayerNormAffineGradArgs } from './nn/layerNormAffineGrad';
import { softmax, SoftmaxArgs } from './nn/softmax';
import { softmaxGrad, SoftmaxGradArgs } from './nn/softmaxGrad';
import { softmaxCrossEntropy, SoftmaxCrossEntropyArgs } from './nn/softmaxCrossEntropy';
import { softmaxCrossEntropyGrad, SoftmaxCrossEntropyGradArgs } from './nn/softmaxCrossEntropyGrad';
import { gesvd } from './lapack/gesvd';
import { gesvj, GesvdArgs } from './lapack/gesvj';
import { getrf, GetrfArgs } from './lapack/getrf';
import { potrf, PotrfArgs } from './lapack/potrf';
import { syevd, SyevdArgs } from './lapack/syevd';
import { trsm, TrsmArgs } from './lapack/trsm';
import { ttRound, TtRoundArgs } from './tt/round';
import { philox, PhiloxArgs } from './random/philox';
import { geqrf, GeqrfArgs } from './lapack/geqrf';
import { ormqr, OrmqrArgs } from './lapack/ormqr';
import { geqp3, Geqp3Args } from './lapack/geqp3';

export function fill_f32(args: usize): void { fill<f32>(changetype<FillArgs>(args)); }
export function fill_f64(args: usize): void { fill<f64>(changetype<FillArgs>(args)); }
export function fill_i32(args: usize): void { fill<i32>(changetype<FillArgs>(args)); }
export function fill_u8(args: usize): void { fill<u8>(changetype<FillArgs>(args)); }
export function sgd_f32(args: usize): void { sgd<f32>(changetype<SgdArgs>(args)); }
export function sgd_f64(args: usize): void { sgd<f64>(changetype<SgdArgs>(args)); }
export function adam_f32(args: usize): void { adam<f32>(changetype<AdamArgs>(args)); }
export function adam_f64(args: usize): void { adam<f64>(changetype<AdamArgs>(args)); }
export function unary_f32(args: usize): void { unary<f32>(changetype<UnaryArgs>(args)); }
export function unary_f64(args: usize): void { unary<f64>(changetype<UnaryArgs>(args)); }
export function binary_f32(args: usize): void { binary<f32>(changetype<BinaryArgs>(args)); }
export function binary_f64(args: usize): void { binary<f64>(changetype<BinaryArgs>(args)); }
export function select_f32(args: usize): void { select3<f32>(changetype<SelectArgs>(args)); }
export function select_f64(args: usize): void { select3<f64>(changetype<SelectArgs>(args)); }
export function pool_f32(args: usize): void { pool<f32>(changetype<PoolArgs>(args)); }
export function pool_f64(args: usize): void { pool<f64>(changetype<PoolArgs>(args)); }
export function poolGrad_f32(args: usize): void { poolGrad<f32>(changetype<PoolGradArgs>(args)); }
export function poolGrad_f64(args: usize): void { poolGrad<f64>(changetype<PoolGradArgs>(args)); }
export function gemm_f32(args: usize): void { gemm<f32>(changetype<GemmArgs>(args)); }
export function gemm_f64(args: usize): void { gemm<f64>(changetype<GemmArgs>(args)); }
export function copy_f32(args: usize): void { copy<u32>(changetype<CopyArgs>(args)); }
export function copy_f64(args: usize): void { copy<u64>(changetype<CopyArgs>(args)); }
export function copy_i32(args: usize): void { copy<u32>(changetype<CopyArgs>(args)); }
export function copy_u8(args: usize): void { copy<u8>(changetype<CopyArgs>(args)); }
export function cast_f32(args: usize): void { cast<f32>(changetype<CastArgs>(args)); }
export function cast_f64(args: usize): void { cast<f64>(changetype<CastArgs>(args)); }
export function cast_i32(args: usize): void { cast<i32>(changetype<CastArgs>(args)); }
export function cast_u8(args: usize): void { cast<u8>(changetype<CastArgs>(args)); }
export function gather_f32(args: usize): void { gather<f32>(changetype<GatherArgs>(args)); }
export function gather_f64(args: usize): void { gather<f64>(changetype<GatherArgs>(args)); }
export function gather_i32(args: usize): void { gather<i32>(changetype<GatherArgs>(args)); }
export function gather_u8(args: usize): void { gather<u8>(changetype<GatherArgs>(args)); }
export function scatterAdd_f32(args: usize): void { scatterAdd<f32>(changetype<ScatterAddArgs>(args)); }
export function scatterAdd_f64(args: usize): void { scatterAdd<f64>(changetype<ScatterAddArgs>(args)); }
export function argmax_f32(args: usize): void { argmax<f32>(changetype<ArgmaxArgs>(args)); }
export function argmax_f64(args: usize): void { argmax<f64>(changetype<ArgmaxArgs>(args)); }
export function reduce_f32(args: usize): void { reduce<f32>(changetype<ReduceArgs>(args)); }
export function reduce_f64(args: usize): void { reduce<f64>(changetype<ReduceArgs>(args)); }
export function scan_f32(args: usize): void { scan<f32>(changetype<ScanArgs>(args)); }
export function scan_f64(args: usize): void { scan<f64>(changetype<ScanArgs>(args)); }
export function batchNorm_f32(args: usize): void { batchNorm<f32>(changetype<BatchNormArgs>(args)); }
export function batchNorm_f64(args: usize): void { batchNorm<f64>(changetype<BatchNormArgs>(args)); }
export function batchNormApply_f32(args: usize): void { batchNormApply<f32>(changetype<BatchNormApplyArgs>(args)); }
export function batchNormApply_f64(args: usize): void { batchNormApply<f64>(changetype<BatchNormApplyArgs>(args)); }
export function batchNormGrad_f32(args: usize): void { batchNormGrad<f32>(changetype<BatchNormGradArgs>(args)); }
export function batchNormGrad_f64(args: usize): void { batchNormGrad<f64>(changetype<BatchNormGradArgs>(args)); }
export function layerNorm_f32(args: usize): void { layerNorm<f32>(changetype<LayerNormArgs>(args)); }
export function layerNorm_f64(args: usize): void { layerNorm<f64>(changetype<LayerNormArgs>(args)); }
export function layerNormGrad_f32(args: usize): void { layerNormGrad<f32>(changetype<LayerNormGradArgs>(args)); }
export function layerNormGrad_f64(args: usize): void { layerNormGrad<f64>(changetype<LayerNormGradArgs>(args)); }
export function layerNormAffineGrad_f32(args: usize): void { layerNormAffineGrad<f32>(changetype<LayerNormAffineGradArgs>(args)); }
export function layerNormAffineGrad_f64(args: usize): void { layerNormAffineGrad<f64>(changetype<LayerNormAffineGradArgs>(args)); }
export function softmax_f32(args: usize): void { softmax<f32>(changetype<SoftmaxArgs>(args)); }
export function softmax_f64(args: usize): void { softmax<f64>(changetype<SoftmaxArgs>(args)); }
export function softmaxGrad_f32(args: usize): void { softmaxGrad<f32>(changetype<SoftmaxGradArgs>(args)); }
export function softmaxGrad_f64(args: usize): void { softmaxGrad<f64>(changetype<SoftmaxGradArgs>(args)); }
export function softmaxCrossEntropy_f32(args: usize): void { softmaxCrossEntropy<f32>(changetype<SoftmaxCrossEntropyArgs>(args)); }
export function softmaxCrossEntropy_f64(args: usize): void { softmaxCrossEntropy<f64>(changetype<SoftmaxCrossEntropyArgs>(args)); }
export function softmaxCrossEntropyGrad_f32(args: usize): void { softmaxCrossEntropyGrad<f32>(changetype<SoftmaxCrossEntropyGradArgs>(args)); }
export function softmaxCrossEntropyGrad_f64(args: usize): void { softmaxCrossEntropyGrad<f64>(changetype<SoftmaxCrossEntropyGradArgs>(args)); }
export function getrf_f32(args: usize): void { getrf<f32>(changetype<GetrfArgs>(args)); }
export function getrf_f64(args: usize): void { getrf<f64>(changetype<GetrfArgs>(args)); }
export function potrf_f32(args: usize): void { potrf<f32>(changetype<PotrfArgs>(args)); }
export function potrf_f64(args: usize): void { potrf<f64>(changetype<PotrfArgs>(args)); }
export function syevd_f32(args: usize): void { syevd<f32>(changetype<SyevdArgs>(args)); }
export function syevd_f64(args: usize): void { syevd<f64>(changetype<SyevdArgs>(args)); }
export function trsm_f32(args: usize): void { trsm<f32>(changetype<TrsmArgs>(args)); }
export function trsm_f64(args: usize): void { trsm<f64>(changetype<TrsmArgs>(args)); }
export function philox_f32(args: usize): void { philox<f32>(changetype<PhiloxArgs>(args)); }
export function philox_f64(args: usize): void { philox<f64>(changetype<PhiloxArgs>(args)); }
export function geqrf_f32(args: usize): void { geqrf<f32>(changetype<GeqrfArgs>(args)); }
export function geqrf_f64(args: usize): void { geqrf<f64>(changetype<GeqrfArgs>(args)); }
export function gesvd_f32(args: usize): void { gesvd<f32>(changetype<GesvdArgs>(args)); }
export function gesvd_f64(args: usize): void { gesvd<f64>(changetype<GesvdArgs>(args)); }
export function gesvj_f32(args: usize): void { gesvj<f32>(changetype<GesvdArgs>(args)); }
export function gesvj_f64(args: usize): void { gesvj<f64>(changetype<GesvdArgs>(args)); }
export function ormqr_f32(args: usize): void { ormqr<f32>(changetype<OrmqrArgs>(args)); }
export function ormqr_f64(args: usize): void { ormqr<f64>(changetype<OrmqrArgs>(args)); }
export function geqp3_f32(args: usize): void { geqp3<f32>(changetype<Geqp3Args>(args)); }
export function geqp3_f64(args: usize): void { geqp3<f64>(changetype<Geqp3Args>(args)); }
export function ttRound_f32(args: usize): void { ttRound<f32>(changetype<TtRoundArgs>(args)); }
export function ttRound_f64(args: usize): void { ttRound<f64>(changetype<TtRoundArgs>(args)); }
