/** y = x in another element type, dense. Integers truncate towards zero and saturate; NaN becomes 0. */

import { Head } from '../abi';
import { PIECE } from '../map/walk';
import { convert } from './convert';

/** Places in the list of dtypes in src/dtype.ts. */
const enum From {
  f32,
  f64,
  i32,
  u8,
}

@unmanaged
export class CastArgs extends Head {
  from: i32;
  n: u32;
  x: usize;
  y: usize;
}

export function cast<T>(a: CastArgs): void {
  const from = <usize>a.begin * PIECE;
  const n = min(<usize>a.end * PIECE, <usize>a.n) - from;
  const y = a.y + from * sizeof<T>();
  if (a.from == From.f32) castRow<f32, T>(a.x + from * 4, y, n);
  else if (a.from == From.f64) castRow<f64, T>(a.x + from * 8, y, n);
  else if (a.from == From.i32) castRow<i32, T>(a.x + from * 4, y, n);
  else castRow<u8, T>(a.x + from, y, n);
}

function castRow<S, T>(x: usize, y: usize, n: usize): void {
  if (isInteger<S>() && sizeof<S>() == 1 && isFloat<T>() && sizeof<T>() == 4) {
    // Pixels on their way into a network.
    for (; n >= 4; n -= 4) {
      const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x)));
      v128.store(y, f32x4.convert_i32x4_u(wide));
      x += 4;
      y += 16;
    }
  }
  for (; n > 0; n--) {
    store<T>(y, convert<S, T>(load<S>(x)));
    x += sizeof<S>();
    y += sizeof<T>();
  }
}
