/** Q C or Q' C, where Q is given by the reflectors of geqrf: block by block (LAPACK's xORMQR, from the left). */

import { Head } from '../abi';
import { Factors, layOut } from './factors';
import { applyWy, loadWy, Room, WIDTH } from './wy';

@unmanaged
export class OrmqrArgs extends Head {
  batch: i32;
  m: i32;
  n: i32;
  columns: i32;
  transposed: i32;
  F: usize;
  tau: usize;
  C: usize;
  Y: usize;
}

export function ormqr<T>(a: OrmqrArgs): void {
  const g = changetype<Factors>(a.work),
    m = a.m,
    k = min(m, a.n);
  layOut<T>(g, a.work + 128, m, max(a.columns, k), min(k, WIDTH), 0);
  const room = changetype<Room>(g),
    w = g.width,
    size = <usize>(m * a.columns) * sizeof<T>(),
    transposed = a.transposed != 0,
    last = (k - 1) & -WIDTH;
  for (let t = <usize>a.begin; t < <usize>a.end; t++) {
    const F = a.F + t * <usize>(m * a.n) * sizeof<T>(),
      tau = a.tau + t * <usize>k * sizeof<T>(),
      Y = a.Y + t * size;
    memory.copy(Y, a.C + t * size, size);
    if (!transposed) negateRows<T>(F, a.n, k, Y, a.columns);
    for (let p = 0; p <= last; p += WIDTH) {
      const j = transposed ? p : last - p,
        b = min(WIDTH, k - j);
      loadWy<T>(F, a.n, m, j, b, tau, g.V, g.N, w, room);
      const rows = Y + <usize>(j * a.columns) * sizeof<T>();
      applyWy<T>(g.V, w, m - j, b, g.N, w, transposed, rows, a.columns, a.columns, room);
    }
    if (transposed) negateRows<T>(F, a.n, k, Y, a.columns);
  }
}

/** Negates the rows of Y where the diagonal of R is below 0. */
function negateRows<T>(F: usize, n: i32, k: i32, Y: usize, columns: i32): void {
  const pitch = <usize>columns * sizeof<T>();
  for (let i = 0; i < k; i++, Y += pitch) {
    if (!(load<T>(F + <usize>(i * n + i) * sizeof<T>()) < 0)) continue;
    for (let p = Y; p < Y + pitch; p += sizeof<T>()) store<T>(p, -load<T>(p));
  }
}
