/** Batch normalization of [outer, channels, inner] with given means and variances. */

import { Head } from '../abi';
import { CHANNELS } from './batchNorm';
import { lanes, loadPart, storePart } from './lanes';
import { affineRow } from './rows';

@unmanaged
export class BatchNormApplyArgs extends Head {
  outer: i32;
  channels: i32;
  inner: i32;
  eps: f64;
  x: usize;
  gamma: usize;
  beta: usize;
  mean: usize;
  variance: usize;
  y: usize;
}

export function batchNormApply<T>(a: BatchNormApplyArgs): void {
  if (a.inner != 1) {
    for (let c = a.begin; c < a.end; c++) channel<T>(a, c);
    return;
  }
  const end = min(a.end * CHANNELS, a.channels);
  for (let c = a.begin * CHANNELS; c < end; c += lanes<T>()) column<T>(a, c, min(lanes<T>(), a.channels - c));
}

function channel<T>(a: BatchNormApplyArgs, c: i32): void {
  const at = <usize>c * sizeof<T>();
  const run = <usize>a.inner * sizeof<T>();
  const inv = <T>1 / sqrt<T>(load<T>(a.variance + at) + <T>a.eps);
  const scale = a.gamma == 0 ? inv : inv * load<T>(a.gamma + at);
  const shift: T = a.beta == 0 ? 0 : load<T>(a.beta + at);
  for (let o = 0; o < a.outer; o++) {
    const from = (<usize>o * <usize>a.channels + <usize>c) * run;
    affineRow<T>(a.x + from, a.y + from, a.inner, load<T>(a.mean + at), scale, shift);
  }
}

/** `width` neighbouring channels from c on. */
function column<T>(a: BatchNormApplyArgs, c: i32, width: i32): void {
  const at = <usize>c * sizeof<T>();
  const pitch = <usize>a.channels * sizeof<T>();
  const zero = i64x2.splat(0);
  const x = a.x + at;
  const y = a.y + at;
  const mean = loadPart<T>(a.mean + at, width, zero);
  const variance = loadPart<T>(a.variance + at, width, zero);
  const one = v128.splat<T>(1);
  const inv = v128.div<T>(one, v128.sqrt<T>(v128.add<T>(variance, v128.splat<T>(<T>a.eps))));
  const scale = a.gamma == 0 ? inv : v128.mul<T>(inv, loadPart<T>(a.gamma + at, width, zero));
  const shift = a.beta == 0 ? zero : loadPart<T>(a.beta + at, width, zero);
  for (let o = 0; o < a.outer; o++) {
    const d = v128.sub<T>(loadPart<T>(x + <usize>o * pitch, width, zero), mean);
    storePart<T>(y + <usize>o * pitch, width, v128.add<T>(v128.mul<T>(d, scale), shift));
  }
}
