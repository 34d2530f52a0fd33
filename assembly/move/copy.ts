/**
 * y = x, both strided. The last two modes are a matrix that is cut in tiles; tiles are the pieces. Rows that are dense
 * on both sides move by vectors; a matrix that is dense by columns in x and by rows in y is transposed in registers.
 */

import { Head } from '../abi';
import { item, offsetOf, volume } from '../map/walk';
import { transpose2, transpose4 } from './transpose';

@unmanaged
export class CopyArgs extends Head {
  order: i32;
  shape: usize;
  xStrides: usize;
  yStrides: usize;
  x: usize;
  y: usize;
}

/** Elements of a tile of dense rows, and the edge of any other; src/kernels/copy.ts has the same. */
const TILE: usize = 16384;
const EDGE: usize = 128;
/** Rows moved by vectors up to here, by memory.copy beyond. */
const SHORT: usize = 256;

/** T stands for its size alone. */
export function copy<T>(a: CopyArgs): void {
  const last = a.order - 1;
  const n = last < 0 ? <usize>1 : item(a.shape, last);
  const xColumn = (last < 0 ? <usize>1 : item(a.xStrides, last)) * sizeof<T>();
  const yColumn = (last < 0 ? <usize>1 : item(a.yStrides, last)) * sizeof<T>();
  const m = last < 1 ? <usize>1 : item(a.shape, last - 1);
  const xRow = (last < 1 ? <usize>0 : item(a.xStrides, last - 1)) * sizeof<T>();
  const yRow = (last < 1 ? <usize>0 : item(a.yStrides, last - 1)) * sizeof<T>();
  const dense = xColumn == sizeof<T>() && yColumn == sizeof<T>();
  const width = dense ? min(n, TILE) : EDGE;
  const height = dense ? TILE / width : EDGE;
  const across = (n + width - 1) / width;
  const tiles = across * ((m + height - 1) / height);
  for (let t = <usize>a.begin; t < <usize>a.end; t++) {
    const plane = t / tiles;
    const tile = t - plane * tiles;
    const i = (tile / across) * height;
    const j = (tile % across) * width;
    const x = a.x + offsetOf(plane, a.shape, a.xStrides, last - 1) * sizeof<T>() + i * xRow + j * xColumn;
    const y = a.y + offsetOf(plane, a.shape, a.yStrides, last - 1) * sizeof<T>() + i * yRow + j * yColumn;
    const rows = min(m - i, height);
    const columns = min(n - j, width);
    if (dense) copyRows<T>(x, xRow, y, yRow, rows, columns);
    else if (sizeof<T>() >= 4 && xRow == sizeof<T>() && yColumn == sizeof<T>()) {
      transposeTile<T>(x, xColumn, y, yRow, rows, columns);
    } else copyEach<T>(x, xRow, xColumn, y, yRow, yColumn, rows, columns);
  }
}

function copyRows<T>(x: usize, xRow: usize, y: usize, yRow: usize, rows: usize, columns: usize): void {
  const bytes = columns * sizeof<T>();
  for (; rows > 0; rows--) {
    if (bytes > SHORT) memory.copy(y, x, bytes);
    else {
      let i: usize = 0;
      for (; i + 16 <= bytes; i += 16) v128.store(y + i, v128.load(x + i));
      for (; i < bytes; i += sizeof<T>()) store<T>(y + i, load<T>(x + i));
    }
    x += xRow;
    y += yRow;
  }
}

/** y[i][j] = x[j][i]: strips of a cache line of each column of x, so that no line is needed twice. */
function transposeTile<T>(x: usize, xColumn: usize, y: usize, yRow: usize, rows: usize, columns: usize): void {
  const edge: usize = 16 / sizeof<T>();
  const whole = columns & ~(edge - 1);
  for (; rows >= 4 * edge; rows -= 4 * edge) {
    let from = x;
    let to = y;
    for (let j: usize = 0; j < whole; j += edge) {
      for (let i: usize = 0; i < 4; i++) {
        if (sizeof<T>() == 4) transpose4(from + 16 * i, xColumn, to + i * edge * yRow, yRow);
        else transpose2(from + 16 * i, xColumn, to + i * edge * yRow, yRow);
      }
      from += edge * xColumn;
      to += 16;
    }
    copyEach<T>(from, sizeof<T>(), xColumn, to, yRow, sizeof<T>(), 4 * edge, columns - whole);
    x += 64;
    y += 4 * edge * yRow;
  }
  copyEach<T>(x, sizeof<T>(), xColumn, y, yRow, sizeof<T>(), rows, columns);
}

function copyEach<T>(
  x: usize,
  xRow: usize,
  xColumn: usize,
  y: usize,
  yRow: usize,
  yColumn: usize,
  rows: usize,
  columns: usize,
): void {
  for (; rows > 0; rows--) {
    let from = x;
    let to = y;
    for (let j: usize = 0; j < columns; j++) {
      store<T>(to, load<T>(from));
      from += xColumn;
      to += yColumn;
    }
    x += xRow;
    y += yRow;
  }
}
