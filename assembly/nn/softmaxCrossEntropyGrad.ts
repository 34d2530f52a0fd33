/** Gradient of softmaxCrossEntropy by the logits: (p - onehot) g by row. */

import { fail, Head, INDEX } from '../abi';
import { loadPart, storePart } from './lanes';
import { ROWS } from './rows';

@unmanaged
export class SoftmaxCrossEntropyGradArgs extends Head {
  rows: i32;
  columns: i32;
  probabilities: usize;
  labels: usize;
  g: usize;
  dlogits: usize;
}

export function softmaxCrossEntropyGrad<T>(a: SoftmaxCrossEntropyGradArgs): void {
  const end = min(a.end * ROWS, a.rows);
  const pitch = <usize>a.columns * sizeof<T>();
  for (let row = a.begin * ROWS; row < end; row++) {
    const p = a.probabilities + <usize>row * pitch;
    const d = a.dlogits + <usize>row * pitch;
    const g = load<T>(a.g + <usize>row * sizeof<T>());
    const label = load<i32>(a.labels + 4 * <usize>row);
    if (<u32>label < <u32>a.columns) {
      const at = <usize>label * sizeof<T>();
      const own = (load<T>(p + at) - 1) * g;
      scaleRow<T>(p, d, pitch, g);
      store<T>(d + at, own);
    } else {
      fail(INDEX, label);
      scaleRow<T>(p, d, pitch, NaN);
    }
  }
}

function scaleRow<T>(p: usize, d: usize, bytes: usize, g: T): void {
  const s = v128.splat<T>(g);
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) v128.store(d + i, v128.mul<T>(v128.load(p + i), s));
  for (; i != bytes; i += sizeof<T>()) storePart<T>(d + i, 1, v128.mul<T>(loadPart<T>(p + i, 1, s), s));
}
