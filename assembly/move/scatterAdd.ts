/** y[index[i], :] += x[i, :] for i in order, by columns; an index outside y is reported and its row left out. */

import { fail, Head, INDEX } from '../abi';

@unmanaged
export class ScatterAddArgs extends Head {
  rows: i32;
  n: i32;
  width: i32;
  x: usize;
  index: usize;
  y: usize;
}

/** Columns in a piece; src/kernels/scatterAdd.ts has the same. */
const COLUMNS: usize = 64;

export function scatterAdd<T>(a: ScatterAddArgs): void {
  const pitch = <usize>a.width * sizeof<T>();
  const from = <usize>a.begin * COLUMNS;
  const count = min(<usize>a.end * COLUMNS, <usize>a.width) - from;
  for (let i: usize = 0; i < <usize>a.n; i++) {
    const k = load<i32>(a.index + 4 * i);
    if (<u32>k < <u32>a.rows) {
      addRow<T>(a.x + i * pitch + from * sizeof<T>(), a.y + <usize>k * pitch + from * sizeof<T>(), count);
    } else fail(INDEX, k);
  }
}

function addRow<T>(x: usize, y: usize, n: usize): void {
  const lanes: usize = 16 / sizeof<T>();
  for (; n >= lanes; n -= lanes) {
    v128.store(y, v128.add<T>(v128.load(y), v128.load(x)));
    x += 16;
    y += 16;
  }
  for (; n > 0; n--) {
    store<T>(y, load<T>(y) + load<T>(x));
    x += sizeof<T>();
    y += sizeof<T>();
  }
}
