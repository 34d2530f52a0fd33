/**
 * Solves T X = B for a triangle T of each matrix of a batch, by blocks of rows: substitution inside a block, one product
 * for all that is left. The transpose is an exchange of strides. n^2 columns operations.
 */

import { fail, Head } from '../abi';
import { axpy, dot, scale } from '../level1/vectors';
import { mul } from '../level3/mul';
import { PIVOT } from './potrf';

@unmanaged
export class TrsmArgs extends Head {
  batch: i32;
  n: i32;
  columns: i32;
  upper: i32;
  unit: i32;
  rowStride: i32;
  columnStride: i32;
  scatter: i32;
  T: usize;
  order: usize;
  B: usize;
  X: usize;
}

/** Rows of a block; src/kernels/trsm.ts has the same. */
const BLOCK: i32 = 32;

export function trsm<T>(a: TrsmArgs): void {
  const n = <usize>a.n;
  const pitch = <usize>a.columns * sizeof<T>();
  for (let t = <usize>a.begin; t < <usize>a.end; t++) {
    const M = a.T + t * n * n * sizeof<T>();
    const X = a.X + t * n * pitch;
    const B = a.B + t * n * pitch;
    const order = a.order + ((t * n) << 2);
    // Where rows go to other places in the end, they wait in the workspace.
    const Z = a.scatter ? a.work : X;
    const work = a.scatter ? a.work + ((n * pitch + 63) & ~63) : a.work;
    if (a.order && !a.scatter) {
      for (let i: usize = 0; i < n; i++) memory.copy(Z + i * pitch, B + rowAt(order, i) * pitch, pitch);
    } else if (Z != B) memory.copy(Z, B, n * pitch);
    const at = substitute<T>(a.n, a.columns, a.upper != 0, a.unit != 0, M, a.rowStride, a.columnStride, Z, work);
    if (at >= 0) fail(PIVOT, <i32>(t * n) + at);
    if (!a.scatter) continue;
    for (let i: usize = 0; i < n; i++) memory.copy(X + rowAt(order, i) * pitch, Z + i * pitch, pitch);
  }
}

// @ts-ignore: decorator
@inline
function rowAt(order: usize, i: usize): usize {
  return <usize>load<i32>(order + (i << 2));
}

/** X = T^-1 X [n, columns] in place, T by strides; the place of the first zero on the diagonal, or -1. */
export function substitute<T>(
  n: i32,
  columns: i32,
  upper: bool,
  unit: bool,
  M: usize,
  rowStride: i32,
  columnStride: i32,
  X: usize,
  work: usize,
): i32 {
  const down = <usize>rowStride * sizeof<T>();
  const across = <usize>columnStride * sizeof<T>();
  const pitch = <usize>columns * sizeof<T>();
  if (!unit) {
    for (let i: usize = 0; i < <usize>n; i++) if (load<T>(M + i * (down + across)) == 0) return <i32>i;
  }
  if (columns == 1) {
    for (let k = 0; k < n; k++) single<T>(k, n, upper, unit, M, down, across, X);
    return -1;
  }
  const room = work + <usize>BLOCK * pitch;
  for (let k = 0; k < n; k += BLOCK) {
    const rows = min(BLOCK, n - k);
    // Upper triangles are solved from the bottom.
    const first = upper ? n - k - rows : k;
    const block = X + <usize>first * pitch;
    inside<T>(rows, columns, upper, unit, M + <usize>first * (down + across), down, across, block);
    const left = n - k - rows;
    if (left == 0) break;
    scale<T>(rows * columns, -1, block, work);
    const next = upper ? 0 : first + rows;
    const part = M + <usize>next * down + <usize>first * across;
    mul<T>(
      room,
      left,
      columns,
      rows,
      part,
      rowStride,
      columnStride,
      work,
      columns,
      1,
      X + <usize>next * pitch,
      columns,
      1,
      true,
    );
  }
  return -1;
}

/** One block: each row of X less the rows that are solved. */
function inside<T>(
  rows: i32,
  columns: i32,
  upper: bool,
  unit: bool,
  M: usize,
  down: usize,
  across: usize,
  X: usize,
): void {
  const pitch = <usize>columns * sizeof<T>();
  for (let k = 0; k < rows; k++) {
    const i = <usize>(upper ? rows - 1 - k : k);
    const x = X + i * pitch;
    for (let l = 0; l < k; l++) {
      const j = <usize>(upper ? rows - 1 - l : l);
      axpy<T>(columns, -load<T>(M + i * down + j * across), X + j * pitch, x);
    }
    if (unit) continue;
    const pivot = load<T>(M + i * (down + across));
    for (let p = x; p < x + pitch; p += sizeof<T>()) store<T>(p, load<T>(p) / pivot);
  }
}

/** Step k for a vector: along a row of T where its elements are neighbours, else along a column. */
function single<T>(k: i32, n: i32, upper: bool, unit: bool, M: usize, down: usize, across: usize, X: usize): void {
  const i = <usize>(upper ? n - 1 - k : k);
  const x = X + i * sizeof<T>();
  const row = M + i * down;
  const diagonal = row + i * across;
  let value = load<T>(x);
  if (across == sizeof<T>()) {
    value -= upper ? dot<T>(k, diagonal + across, x + sizeof<T>()) : dot<T>(k, row, X);
  }
  if (!unit) value /= load<T>(diagonal);
  store<T>(x, value);
  if (across == sizeof<T>()) return;
  const left = n - 1 - k;
  const column = upper ? M + i * across : diagonal + down;
  const next = upper ? X : x + sizeof<T>();
  if (down == sizeof<T>()) axpy<T>(left, -value, column, next);
  else {
    for (let l: usize = 0; l < <usize>left; l++) {
      const p = next + l * sizeof<T>();
      store<T>(p, load<T>(p) - value * load<T>(column + l * down));
    }
  }
}
