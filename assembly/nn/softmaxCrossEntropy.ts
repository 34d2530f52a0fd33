/** Softmax and cross entropy against labels: loss = log sum e^(x - top) - (x[label] - top), logarithms by lanes of rows. */

import { fail, Head, INDEX } from '../abi';
import { log } from '../simd/math';
import { lanes, loadPart, storePart } from './lanes';
import { ROWS } from './rows';
import { rowMax, softmaxRow } from './softmaxRow';

@unmanaged
export class SoftmaxCrossEntropyArgs extends Head {
  rows: i32;
  columns: i32;
  logits: usize;
  labels: usize;
  losses: usize;
  probabilities: usize;
}

export function softmaxCrossEntropy<T>(a: SoftmaxCrossEntropyArgs): void {
  for (let t = a.begin; t < a.end; t++) piece<T>(a, t * ROWS, min(t * ROWS + ROWS, a.rows));
}

/** Rows [from, to): their sums wait in `losses`, their x[label] - top in the workspace. */
function piece<T>(a: SoftmaxCrossEntropyArgs, from: i32, to: i32): void {
  const pitch = <usize>a.columns * sizeof<T>();
  for (let row = from; row < to; row++) {
    const x = a.logits + <usize>row * pitch;
    const label = load<i32>(a.labels + 4 * <usize>row);
    const top = rowMax<T>(x, a.columns);
    let chosen: T = NaN;
    if (<u32>label < <u32>a.columns) chosen = load<T>(x + <usize>label * sizeof<T>()) - top;
    else fail(INDEX, label);
    const sum = softmaxRow<T>(x, a.probabilities + <usize>row * pitch, a.columns, top);
    store<T>(a.losses + <usize>row * sizeof<T>(), sum);
    store<T>(a.work + <usize>(row - from) * sizeof<T>(), chosen);
  }
  for (let row = from; row < to; row += lanes<T>()) {
    const width = min(lanes<T>(), to - row);
    const losses = a.losses + <usize>row * sizeof<T>();
    const chosen = v128.load(a.work + <usize>(row - from) * sizeof<T>());
    storePart<T>(losses, width, v128.sub<T>(log<T>(loadPart<T>(losses, width, i64x2.splat(0))), chosen));
  }
}
