/** Gradient of softmax rows from their results: y (g - sum g y), or g - e^y sum g for the logarithm. */

import { Head } from '../abi';
import { exp } from '../simd/math';
import { hsum, lanes, loadPart, storePart } from './lanes';
import { fold, ROWS, rowSum } from './rows';

@unmanaged
export class SoftmaxGradArgs extends Head {
  code: i32;
  rows: i32;
  columns: i32;
  y: usize;
  g: usize;
  dx: usize;
}

export function softmaxGrad<T>(a: SoftmaxGradArgs): void {
  const end = min(a.end * ROWS, a.rows);
  const pitch = <usize>a.columns * sizeof<T>();
  for (let row = a.begin * ROWS; row < end; row++) {
    const y = a.y + <usize>row * pitch;
    const g = a.g + <usize>row * pitch;
    const dx = a.dx + <usize>row * pitch;
    if (a.code == 0) plainRow<T>(y, g, dx, a.columns, rowDot<T>(y, g, a.columns));
    else logarithmRow<T>(y, g, dx, a.columns, rowSum<T>(g, a.columns));
  }
}

// @ts-ignore: decorator
@inline
function product<T>(y: usize, g: usize, width: i32): v128 {
  const zero = i64x2.splat(0);
  return v128.mul<T>(loadPart<T>(g, width, zero), loadPart<T>(y, width, zero));
}

/** Sum of g y over rows of n. */
function rowDot<T>(y: usize, g: usize, n: i32): T {
  const bytes = <usize>n * sizeof<T>();
  let a = i64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let i: usize = 0;
  for (; bytes - i >= 64; i += 64) {
    a = v128.add<T>(a, product<T>(y + i, g + i, lanes<T>()));
    b = v128.add<T>(b, product<T>(y + i + 16, g + i + 16, lanes<T>()));
    c = v128.add<T>(c, product<T>(y + i + 32, g + i + 32, lanes<T>()));
    d = v128.add<T>(d, product<T>(y + i + 48, g + i + 48, lanes<T>()));
  }
  a = fold<T>(a, b, c, d);
  for (; bytes - i >= 16; i += 16) a = v128.add<T>(a, product<T>(y + i, g + i, lanes<T>()));
  if (i != bytes) a = v128.add<T>(a, product<T>(y + i, g + i, <i32>((bytes - i) / sizeof<T>())));
  return hsum<T>(a);
}

/** dx = y (g - sum). */
function plainRow<T>(y: usize, g: usize, dx: usize, n: i32, sum: T): void {
  const s = v128.splat<T>(sum);
  const bytes = <usize>n * sizeof<T>();
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) {
    v128.store(dx + i, v128.mul<T>(v128.load(y + i), v128.sub<T>(v128.load(g + i), s)));
  }
  for (; i != bytes; i += sizeof<T>()) {
    storePart<T>(dx + i, 1, v128.mul<T>(loadPart<T>(y + i, 1, s), v128.sub<T>(loadPart<T>(g + i, 1, s), s)));
  }
}

/** dx = g - e^y sum. */
function logarithmRow<T>(y: usize, g: usize, dx: usize, n: i32, sum: T): void {
  const s = v128.splat<T>(sum);
  const bytes = <usize>n * sizeof<T>();
  for (let i: usize = 0; i < bytes; i += 16) {
    const width = min(lanes<T>(), <i32>((bytes - i) / sizeof<T>()));
    const e = exp<T>(loadPart<T>(y + i, width, s));
    storePart<T>(dx + i, width, v128.sub<T>(loadPart<T>(g + i, width, s), v128.mul<T>(e, s)));
  }
}
