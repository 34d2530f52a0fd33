/**
 * Cholesky factor of each matrix of a batch, A = L L', from the lower triangle (Golub & Van Loan, 4.2.9: blocks of
 * columns, left-looking within a block, the rest by one product a block). n^3 / 3 operations.
 */

import { fail, Head } from '../abi';
import { dot, scale } from '../level1/vectors';
import { mul } from '../level3/mul';

@unmanaged
export class PotrfArgs extends Head {
  batch: i32;
  n: i32;
  A: usize;
  L: usize;
}

/** Columns of a block; src/kernels/potrf.ts has the same. */
const BLOCK: i32 = 32;
export const PIVOT: i32 = 3;

export function potrf<T>(a: PotrfArgs): void {
  const n = a.n;
  const bytes = <usize>n * <usize>n * sizeof<T>();
  for (let t = a.begin; t < a.end; t++) {
    const L = a.L + <usize>t * bytes;
    copyLower<T>(n, a.A + <usize>t * bytes, L);
    const at = factor<T>(n, L, a.work);
    if (at >= 0) fail(PIVOT, t * n + at);
  }
}

/** The lower triangle of A, zeros above. */
function copyLower<T>(n: i32, A: usize, L: usize): void {
  const pitch = <usize>n * sizeof<T>();
  for (let i = 0; i < n; i++) {
    const part = <usize>(i + 1) * sizeof<T>();
    if (L != A) memory.copy(L, A, part);
    memory.fill(L + part, 0, pitch - part);
    A += pitch;
    L += pitch;
  }
}

/** Factors in place; the place of the first pivot that is not positive, or -1. */
function factor<T>(n: i32, L: usize, work: usize): i32 {
  const pitch = <usize>n * sizeof<T>();
  for (let k = 0; k < n; k += BLOCK) {
    const width = min(BLOCK, n - k);
    const corner = L + <usize>k * (pitch + sizeof<T>());
    for (let i = 0; i < n - k; i++) {
      const row = corner + <usize>i * pitch;
      for (let j = 0; j < min(i, width); j++) {
        const other = corner + <usize>j * pitch;
        const p = row + <usize>j * sizeof<T>();
        store<T>(p, (load<T>(p) - dot<T>(j, row, other)) / load<T>(other + <usize>j * sizeof<T>()));
      }
      if (i >= width) continue;
      const p = row + <usize>i * sizeof<T>();
      const pivot = load<T>(p) - dot<T>(i, row, row);
      if (!(pivot > 0)) return k + i;
      store<T>(p, sqrt<T>(pivot));
    }
    subtract<T>(n - k - width, width, corner + <usize>width * pitch, n, work);
  }
  return -1;
}

/** Takes V V' from the lower triangle behind V [m, width], V at the left of a matrix with n columns; in strips of rows. */
function subtract<T>(m: i32, width: i32, V: usize, n: i32, work: usize): void {
  const pitch = <usize>n * sizeof<T>();
  const room = work + <usize>(BLOCK * BLOCK) * sizeof<T>();
  for (let i = 0; i < m; i += BLOCK) {
    const rows = min(BLOCK, m - i);
    const strip = V + <usize>i * pitch;
    for (let r: usize = 0; r < <usize>rows; r++) {
      scale<T>(width, -1, strip + r * pitch, work + r * <usize>width * sizeof<T>());
    }
    const C = strip + <usize>width * sizeof<T>();
    mul<T>(room, rows, i + rows, width, work, width, 1, V, 1, n, C, n, 1, true);
    // The strip's last block reached above the diagonal.
    for (let r = 0; r < rows; r++) {
      const p = C + <usize>r * pitch + <usize>(i + r + 1) * sizeof<T>();
      memory.fill(p, 0, <usize>(rows - r - 1) * sizeof<T>());
    }
  }
}
