/** Gradient of layer normalization by gamma and beta: sums down the columns, rows in order. */

import { Head } from '../abi';
import { lanes, loadPart, storePart } from './lanes';

@unmanaged
export class LayerNormAffineGradArgs extends Head {
  rows: i32;
  columns: i32;
  x: usize;
  g: usize;
  mean: usize;
  inv: usize;
  dgamma: usize;
  dbeta: usize;
}

/** Columns in a piece; src/kernels/layerNormAffineGrad.ts has the same. */
const COLUMNS: i32 = 16;

export function layerNormAffineGrad<T>(a: LayerNormAffineGradArgs): void {
  const end = min(a.end * COLUMNS, a.columns);
  for (let c = a.begin * COLUMNS; c < end; c += lanes<T>()) column<T>(a, c, min(lanes<T>(), a.columns - c));
}

/** `width` neighbouring columns from c on. */
function column<T>(a: LayerNormAffineGradArgs, c: i32, width: i32): void {
  const at = <usize>c * sizeof<T>();
  const pitch = <usize>a.columns * sizeof<T>();
  const zero = i64x2.splat(0);
  const end = a.mean + <usize>a.rows * sizeof<T>();
  let mean = a.mean;
  let inv = a.inv;
  let x = a.x + at;
  let g = a.g + at;
  let dgamma = zero;
  let dbeta = zero;
  for (; mean != end; mean += sizeof<T>()) {
    const d = loadPart<T>(g, width, zero);
    const h = v128.sub<T>(loadPart<T>(x, width, zero), v128.load_splat<T>(mean));
    dbeta = v128.add<T>(dbeta, d);
    dgamma = v128.add<T>(dgamma, v128.mul<T>(d, v128.mul<T>(h, v128.load_splat<T>(inv))));
    inv += sizeof<T>();
    x += pitch;
    g += pitch;
  }
  storePart<T>(a.dgamma + at, width, dgamma);
  storePart<T>(a.dbeta + at, width, dbeta);
}
