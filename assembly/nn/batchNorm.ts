/**
 * Batch normalization of [outer, channels, inner] by channel: mean, then variance about it, then the affine map. Runs of
 * `inner` are rows; where inner is 1, lanes are neighbouring channels.
 */

import { Head } from '../abi';
import { lanes, loadPart, storePart } from './lanes';
import { affineRow, rowSquares, rowSum } from './rows';

@unmanaged
export class BatchNormArgs extends Head {
  outer: i32;
  channels: i32;
  inner: i32;
  eps: f64;
  x: usize;
  gamma: usize;
  beta: usize;
  y: usize;
  mean: usize;
  variance: usize;
  inv: usize;
}

/** Channels in a piece where inner is 1; src/kernels/channels.ts has the same. */
export const CHANNELS: i32 = 16;

export function batchNorm<T>(a: BatchNormArgs): void {
  if (a.inner != 1) {
    for (let c = a.begin; c < a.end; c++) channel<T>(a, c);
    return;
  }
  const end = min(a.end * CHANNELS, a.channels);
  for (let c = a.begin * CHANNELS; c < end; c += lanes<T>()) column<T>(a, c, min(lanes<T>(), a.channels - c));
}

function channel<T>(a: BatchNormArgs, c: i32): void {
  const at = <usize>c * sizeof<T>();
  const run = <usize>a.inner * sizeof<T>();
  const pitch = <usize>a.channels * run;
  const x = a.x + <usize>c * run;
  const y = a.y + <usize>c * run;
  const n = <T>(<f64>a.outer * <f64>a.inner);
  let sum: T = 0;
  for (let o = 0; o < a.outer; o++) sum += rowSum<T>(x + <usize>o * pitch, a.inner);
  const mean = sum / n;
  let squares: T = 0;
  for (let o = 0; o < a.outer; o++) squares += rowSquares<T>(x + <usize>o * pitch, a.inner, mean);
  const variance = squares / n;
  const inv = <T>1 / sqrt<T>(variance + <T>a.eps);
  store<T>(a.mean + at, mean);
  if (a.variance != 0) store<T>(a.variance + at, variance);
  store<T>(a.inv + at, inv);
  const scale = a.gamma == 0 ? inv : inv * load<T>(a.gamma + at);
  const shift: T = a.beta == 0 ? 0 : load<T>(a.beta + at);
  for (let o = 0; o < a.outer; o++) {
    affineRow<T>(x + <usize>o * pitch, y + <usize>o * pitch, a.inner, mean, scale, shift);
  }
}

/** `width` neighbouring channels from c on. */
function column<T>(a: BatchNormArgs, c: i32, width: i32): void {
  const at = <usize>c * sizeof<T>();
  const pitch = <usize>a.channels * sizeof<T>();
  const x = a.x + at;
  const y = a.y + at;
  const zero = i64x2.splat(0);
  const n = v128.splat<T>(<T>a.outer);
  let sum = zero;
  for (let o = 0; o < a.outer; o++) sum = v128.add<T>(sum, loadPart<T>(x + <usize>o * pitch, width, zero));
  const mean = v128.div<T>(sum, n);
  let squares = zero;
  for (let o = 0; o < a.outer; o++) {
    const d = v128.sub<T>(loadPart<T>(x + <usize>o * pitch, width, zero), mean);
    squares = v128.add<T>(squares, v128.mul<T>(d, d));
  }
  const variance = v128.div<T>(squares, n);
  const one = v128.splat<T>(1);
  const inv = v128.div<T>(one, v128.sqrt<T>(v128.add<T>(variance, v128.splat<T>(<T>a.eps))));
  storePart<T>(a.mean + at, width, mean);
  if (a.variance != 0) storePart<T>(a.variance + at, width, variance);
  storePart<T>(a.inv + at, width, inv);
  const scale = a.gamma == 0 ? inv : v128.mul<T>(inv, loadPart<T>(a.gamma + at, width, zero));
  const shift = a.beta == 0 ? zero : loadPart<T>(a.beta + at, width, zero);
  for (let o = 0; o < a.outer; o++) {
    const d = v128.sub<T>(loadPart<T>(x + <usize>o * pitch, width, zero), mean);
    storePart<T>(y + <usize>o * pitch, width, v128.add<T>(v128.mul<T>(d, scale), shift));
  }
}
