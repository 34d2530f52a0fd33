/** The orthogonal factor of a product of reflectors, as rows, by blocks (LAPACK's xORGBR; Schreiber & Van Loan 1989). */

import { mul } from '../level3/mul';
import { BLOCK, growRow, Room } from './wy';

/** Workspace: N and the products of V with itself, [BLOCK, BLOCK] each, behind the Room's W and X, [rows, BLOCK]. */
@unmanaged
export class RowRoom extends Room {
  N: usize;
  G: usize;
}

/**
 * Q [rows, columns], the first rows of (H_0 H_1 ... H_{count-1})', H_j = I - tau_j v v' with v in row j of V: 1 at place
 * j + off, and 0 before it. Strides in elements.
 */
export function formRows<T>(
  Q: usize,
  ldq: i32,
  rows: i32,
  columns: i32,
  V: usize,
  ldv: i32,
  tau: usize,
  count: i32,
  off: i32,
  room: RowRoom,
): void {
  memory.fill(Q, 0, <usize>(rows * ldq) * sizeof<T>());
  for (let i = 0; i < rows; i++) store<T>(Q + <usize>(i * (ldq + 1)) * sizeof<T>(), 1);
  for (let j = (count - 1) & -BLOCK; j >= 0; j -= BLOCK) {
    const b = min(BLOCK, count - j),
      from = j + off,
      m = rows - from,
      n = columns - from;
    const v = V + <usize>(j * ldv + from) * sizeof<T>(),
      q = Q + <usize>(from * (ldq + 1)) * sizeof<T>(),
      side = <usize>b * sizeof<T>(),
      rest = q + side * <usize>(ldq + 1),
      X = room.X + side * BLOCK;
    mul<T>(room.mul, b, b, n, v, ldv, 1, v, 1, ldv, room.G, BLOCK, 1, false);
    memory.fill(room.N, 0, <usize>(BLOCK * BLOCK) * sizeof<T>());
    for (let l = 0; l < b; l++) {
      const t = load<T>(tau + <usize>(j + l) * sizeof<T>());
      growRow<T>(room.N, BLOCK * sizeof<T>(), l, t, room.G + <usize>(l * BLOCK) * sizeof<T>());
    }
    // H' = I + V N V' from the right of a unit matrix, [b, b], and what is there already.
    mul<T>(room.mul, b, b, b, v, 1, ldv, room.N, BLOCK, 1, room.X, BLOCK, 1, false);
    mul<T>(room.mul, m - b, b, n - b, rest, ldq, 1, v + side, 1, ldv, room.W, BLOCK, 1, false);
    mul<T>(room.mul, m - b, b, b, room.W, BLOCK, 1, room.N, BLOCK, 1, X, BLOCK, 1, false);
    mul<T>(room.mul, m, n, b, room.X, BLOCK, 1, v, ldv, 1, q, ldq, 1, true);
  }
}
