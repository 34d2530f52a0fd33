/** The export list: one line per kernel and dtype. */

import { fill, FillArgs } from './move/fill';
import { sgd, SgdArgs } from './nn/sgd';
import { adam, AdamArgs } from './nn/adam';

export function fill_f32(args: usize): void { fill<f32>(changetype<FillArgs>(args)); }
export function fill_f64(args: usize): void { fill<f64>(changetype<FillArgs>(args)); }
export function fill_i32(args: usize): void { fill<i32>(changetype<FillArgs>(args)); }
export function fill_u8(args: usize): void { fill<u8>(changetype<FillArgs>(args)); }
export function sgd_f32(args: usize): void { sgd<f32>(changetype<SgdArgs>(args)); }
export function sgd_f64(args: usize): void { sgd<f64>(changetype<SgdArgs>(args)); }
export function adam_f32(args: usize): void { adam<f32>(changetype<AdamArgs>(args)); }
export function adam_f64(args: usize): void { adam<f64>(changetype<AdamArgs>(args)); }
