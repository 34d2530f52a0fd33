// biome-ignore-all format: one line for each kernel and dtype
/** The export list: one line per kernel and dtype. */

import { fill, FillArgs } from './move/fill';
import { unary, UnaryArgs } from './map/unary';
import { binary, BinaryArgs } from './map/binary';
import { select3, SelectArgs } from './map/select';
import { sgd, SgdArgs } from './nn/sgd';
import { adam, AdamArgs } from './nn/adam';
import { pool, PoolArgs } from './nn/pool';
import { poolGrad, PoolGradArgs } from './nn/poolGrad';
import { gemm } from './level3/gemm';
import { GemmArgs } from './level3/plan';

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
