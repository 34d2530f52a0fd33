/** The export list: one line per kernel and dtype. */

import { fill, FillArgs } from './move/fill';

export function fill_f32(args: usize): void { fill<f32>(changetype<FillArgs>(args)); }
export function fill_f64(args: usize): void { fill<f64>(changetype<FillArgs>(args)); }
export function fill_i32(args: usize): void { fill<i32>(changetype<FillArgs>(args)); }
export function fill_u8(args: usize): void { fill<u8>(changetype<FillArgs>(args)); }
