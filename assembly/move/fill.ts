/** y = value, n elements, in pieces of PIECE. */

import { Head } from '../abi';
import { PIECE } from '../map/walk';
import { convert } from './convert';

@unmanaged
export class FillArgs extends Head {
  n: u32;
  value: f64;
  y: usize;
}

export function fill<T>(a: FillArgs): void {
  const value = convert<f64, T>(a.value);
  const from = <usize>a.begin * PIECE;
  let y = a.y + from * sizeof<T>();
  let n = min(<usize>a.end * PIECE, <usize>a.n) - from;
  const vector = v128.splat<T>(value);
  const lanes: usize = 16 / sizeof<T>();
  for (; n >= 4 * lanes; n -= 4 * lanes) {
    v128.store(y, vector);
    v128.store(y, vector, 16);
    v128.store(y, vector, 32);
    v128.store(y, vector, 48);
    y += 64;
  }
  for (; n > 0; n--) {
    store<T>(y, value);
    y += sizeof<T>();
  }
}
