/** Gradient of batch normalization by channel: two sums in one pass, then dx. */

import { Head } from '../abi';
import { CHANNELS } from './batchNorm';
import { lanes, loadPart, storePart } from './lanes';
import { gradRow, gradSums } from './rowsGrad';

@unmanaged
export class BatchNormGradArgs extends Head {
  outer: i32;
  channels: i32;
  inner: i32;
  x: usize;
  g: usize;
  gamma: usize;
  mean: usize;
  inv: usize;
  dx: usize;
  dgamma: usize;
  dbeta: usize;
}

export function batchNormGrad<T>(a: BatchNormGradArgs): void {
  if (a.inner != 1) {
    for (let c = a.begin; c < a.end; c++) channel<T>(a, c);
    return;
  }
  const end = min(a.end * CHANNELS, a.channels);
  for (let c = a.begin * CHANNELS; c < end; c += lanes<T>()) column<T>(a, c, min(lanes<T>(), a.channels - c));
}

function channel<T>(a: BatchNormGradArgs, c: i32): void {
  const at = <usize>c * sizeof<T>();
  const run = <usize>a.inner * sizeof<T>();
  const pitch = <usize>a.channels * run;
  const x = a.x + <usize>c * run;
  const g = a.g + <usize>c * run;
  const dx = a.dx + <usize>c * run;
  const mean = load<T>(a.mean + at);
  const inv = load<T>(a.inv + at);
  let sum: T = 0;
  let product: T = 0;
  for (let o = 0; o < a.outer; o++) {
    gradSums<T>(x + <usize>o * pitch, g + <usize>o * pitch, 0, a.inner, mean, inv, a.work);
    sum += load<T>(a.work);
    product += load<T>(a.work, sizeof<T>());
  }
  if (a.dbeta != 0) store<T>(a.dbeta + at, sum);
  if (a.dgamma != 0) store<T>(a.dgamma + at, product);
  const n = <T>(<f64>a.outer * <f64>a.inner);
  const scale = a.gamma == 0 ? inv : inv * load<T>(a.gamma + at);
  for (let o = 0; o < a.outer; o++) {
    const from = <usize>o * pitch;
    gradRow<T>(x + from, g + from, 0, dx + from, a.inner, mean, inv, sum / n, product / n, scale);
  }
}

/** `width` neighbouring channels from c on. */
function column<T>(a: BatchNormGradArgs, c: i32, width: i32): void {
  const at = <usize>c * sizeof<T>();
  const pitch = <usize>a.channels * sizeof<T>();
  const x = a.x + at;
  const g = a.g + at;
  const dx = a.dx + at;
  const zero = i64x2.splat(0);
  const mean = loadPart<T>(a.mean + at, width, zero);
  const inv = loadPart<T>(a.inv + at, width, zero);
  let sum = zero;
  let product = zero;
  for (let o = 0; o < a.outer; o++) {
    const d = loadPart<T>(g + <usize>o * pitch, width, zero);
    const h = v128.mul<T>(v128.sub<T>(loadPart<T>(x + <usize>o * pitch, width, zero), mean), inv);
    sum = v128.add<T>(sum, d);
    product = v128.add<T>(product, v128.mul<T>(d, h));
  }
  if (a.dbeta != 0) storePart<T>(a.dbeta + at, width, sum);
  if (a.dgamma != 0) storePart<T>(a.dgamma + at, width, product);
  const n = v128.splat<T>(<T>a.outer);
  const scale = a.gamma == 0 ? inv : v128.mul<T>(inv, loadPart<T>(a.gamma + at, width, zero));
  sum = v128.div<T>(sum, n);
  product = v128.div<T>(product, n);
  for (let o = 0; o < a.outer; o++) {
    const d = v128.sub<T>(loadPart<T>(g + <usize>o * pitch, width, zero), sum);
    const h = v128.mul<T>(v128.sub<T>(loadPart<T>(x + <usize>o * pitch, width, zero), mean), inv);
    storePart<T>(dx + <usize>o * pitch, width, v128.mul<T>(v128.sub<T>(d, v128.mul<T>(h, product)), scale));
  }
}
