/** Layer normalization of rows: mean, then variance about it, then the affine map by column. */

import { Head } from '../abi';
import { lanes, loadPart, storePart } from './lanes';
import { affineRow, ROWS, rowSquares, rowSum } from './rows';

@unmanaged
export class LayerNormArgs extends Head {
  rows: i32;
  columns: i32;
  eps: f64;
  x: usize;
  gamma: usize;
  beta: usize;
  y: usize;
  mean: usize;
  inv: usize;
}

export function layerNorm<T>(a: LayerNormArgs): void {
  const end = min(a.end * ROWS, a.rows);
  for (let row = a.begin * ROWS; row < end; row++) {
    const at = <usize>row * sizeof<T>();
    const from = at * <usize>a.columns;
    const mean = rowSum<T>(a.x + from, a.columns) / <T>a.columns;
    const variance = rowSquares<T>(a.x + from, a.columns, mean) / <T>a.columns;
    const inv = <T>1 / sqrt<T>(variance + <T>a.eps);
    store<T>(a.mean + at, mean);
    store<T>(a.inv + at, inv);
    if (a.gamma != 0 && a.beta != 0) affineColumns<T>(a, a.x + from, a.y + from, mean, inv);
    else affineRow<T>(a.x + from, a.y + from, a.columns, mean, inv, 0);
  }
}

/** y = ((x - mean) inv) gamma + beta. */
function affineColumns<T>(a: LayerNormArgs, x: usize, y: usize, mean: T, inv: T): void {
  const m = v128.splat<T>(mean);
  const r = v128.splat<T>(inv);
  const gamma = a.gamma;
  const beta = a.beta;
  const bytes = <usize>a.columns * sizeof<T>();
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) affine<T>(x + i, gamma + i, beta + i, y + i, lanes<T>(), m, r);
  for (; i != bytes; i += sizeof<T>()) affine<T>(x + i, gamma + i, beta + i, y + i, 1, m, r);
}

// @ts-ignore: decorator
@inline
function affine<T>(x: usize, gamma: usize, beta: usize, y: usize, width: i32, m: v128, r: v128): void {
  const h = v128.mul<T>(v128.sub<T>(loadPart<T>(x, width, m), m), r);
  storePart<T>(y, width, v128.add<T>(v128.mul<T>(h, loadPart<T>(gamma, width, m)), loadPart<T>(beta, width, m)));
}
