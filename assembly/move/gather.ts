/** y[i, :] = table[index[i], :]; an index outside the table is reported and its row filled with NaN (0 for integers). */

import { fail, Head, INDEX } from '../abi';
import { PIECE } from '../map/walk';

@unmanaged
export class GatherArgs extends Head {
  rows: i32;
  n: i32;
  width: i32;
  table: usize;
  index: usize;
  y: usize;
}

export function gather<T>(a: GatherArgs): void {
  const width = <usize>a.width;
  const rows = max<usize>(1, PIECE / width);
  const end = min(<usize>a.end * rows, <usize>a.n);
  const bytes = width * sizeof<T>();
  for (let i = <usize>a.begin * rows; i < end; i++) {
    const k = load<i32>(a.index + 4 * i);
    const y = a.y + i * bytes;
    if (<u32>k < <u32>a.rows) copyRow<T>(a.table + <usize>k * bytes, y, bytes);
    else {
      fail(INDEX, k);
      const unknown = isFloat<T>() ? <T>NaN : <T>0;
      for (let j: usize = 0; j < bytes; j += sizeof<T>()) store<T>(y + j, unknown);
    }
  }
}

function copyRow<T>(x: usize, y: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(y + i, v128.load(x + i));
  for (; i < bytes; i += sizeof<T>()) store<T>(y + i, load<T>(x + i));
}
