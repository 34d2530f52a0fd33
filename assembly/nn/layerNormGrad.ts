/** Gradient of layer normalization by x: two sums over a row, then dx. */

import { Head } from '../abi';
import { ROWS } from './rows';
import { gradRow, gradSums } from './rowsGrad';

@unmanaged
export class LayerNormGradArgs extends Head {
  rows: i32;
  columns: i32;
  x: usize;
  g: usize;
  gamma: usize;
  mean: usize;
  inv: usize;
  dx: usize;
}

export function layerNormGrad<T>(a: LayerNormGradArgs): void {
  const end = min(a.end * ROWS, a.rows);
  const n = <T>a.columns;
  for (let row = a.begin * ROWS; row < end; row++) {
    const at = <usize>row * sizeof<T>();
    const from = at * <usize>a.columns;
    const mean = load<T>(a.mean + at);
    const inv = load<T>(a.inv + at);
    gradSums<T>(a.x + from, a.g + from, a.gamma, a.columns, mean, inv, a.work);
    const sum = load<T>(a.work) / n;
    const product = load<T>(a.work, sizeof<T>()) / n;
    gradRow<T>(a.x + from, a.g + from, a.gamma, a.dx + from, a.columns, mean, inv, sum, product, inv);
  }
}
