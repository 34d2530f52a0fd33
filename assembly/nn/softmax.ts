/** Softmax of rows, or its logarithm. */

import { Head } from '../abi';
import { ROWS } from './rows';
import { logSoftmaxRow, rowMax, softmaxRow } from './softmaxRow';

@unmanaged
export class SoftmaxArgs extends Head {
  code: i32;
  rows: i32;
  columns: i32;
  x: usize;
  y: usize;
}

export function softmax<T>(a: SoftmaxArgs): void {
  const end = min(a.end * ROWS, a.rows);
  const pitch = <usize>a.columns * sizeof<T>();
  for (let row = a.begin * ROWS; row < end; row++) {
    const x = a.x + <usize>row * pitch;
    const y = a.y + <usize>row * pitch;
    const top = rowMax<T>(x, a.columns);
    if (a.code == 0) softmaxRow<T>(x, y, a.columns, top);
    else logSoftmaxRow<T>(x, y, a.columns, top, a.work);
  }
}
