/** Householder QR of a batch of matrices. */

import { Head } from '../abi';
import { applyReflector, reflect } from './reflector';

@unmanaged
export class GeqrfArgs extends Head {
  batch: i32;
  m: i32;
  n: i32;
  columns: i32;
  A: usize;
  F: usize;
  tau: usize;
  Q: usize;
  R: usize;
}

export function geqrf<T>(a: GeqrfArgs): void {
  const k = min(a.m, a.n),
    size = <usize>(a.m * a.n) * sizeof<T>();
  const rows = min(a.m, a.columns);
  for (let t = <usize>a.begin; t < <usize>a.end; t++) {
    const F = a.F ? a.F + t * size : a.work;
    const tau = a.tau ? a.tau + t * <usize>k * sizeof<T>() : a.work + size;
    const A = a.A + t * size;
    if (F != A) memory.copy(F, A, size);
    factor<T>(F, tau, a.m, a.n);
    if (a.Q) formQ<T>(F, tau, a.m, a.n, a.Q + t * <usize>(a.m * a.columns) * sizeof<T>(), a.columns);
    if (a.R) formR<T>(F, a.n, a.R + t * <usize>(rows * a.n) * sizeof<T>(), rows);
  }
}

function factor<T>(F: usize, tau: usize, m: i32, n: i32): void {
  const ld = <usize>n * sizeof<T>(),
    k = min(m, n);
  for (let j = 0; j < k; j++, F += ld + sizeof<T>(), tau += sizeof<T>()) {
    const t = reflect<T>(F, m - j, ld);
    store<T>(tau, t);
    applyReflector<T>(F, ld, m - j, t, F + sizeof<T>(), ld, n - j - 1);
  }
}

function formQ<T>(F: usize, tau: usize, m: i32, n: i32, Q: usize, columns: i32): void {
  const ld = <usize>columns * sizeof<T>(),
    fld = <usize>n * sizeof<T>(),
    k = min(m, n);
  memory.fill(Q, 0, <usize>m * ld);
  for (let j = 0; j < columns; j++) store<T>(Q + <usize>j * (ld + sizeof<T>()), 1);
  for (let j = k - 1; j >= 0; j--) {
    const f = F + <usize>j * (fld + sizeof<T>()),
      t = load<T>(tau + <usize>j * sizeof<T>());
    applyReflector<T>(f, fld, m - j, t, Q + <usize>j * (ld + sizeof<T>()), ld, columns - j);
  }
  for (let j = 0; j < k; j++) {
    if (!(load<T>(F + <usize>j * (fld + sizeof<T>())) < 0)) continue;
    let q = Q + <usize>j * sizeof<T>();
    for (let i = 0; i < m; i++, q += ld) store<T>(q, -load<T>(q));
  }
}

function formR<T>(F: usize, n: i32, R: usize, rows: i32): void {
  const ld = <usize>n * sizeof<T>();
  memory.fill(R, 0, <usize>rows * ld);
  for (let i = 0; i < min(rows, n); i++, F += ld, R += ld) {
    const d = F + <usize>i * sizeof<T>();
    if (load<T>(d) < 0) for (let p = d; p < F + ld; p += sizeof<T>()) store<T>(R + (p - F), -load<T>(p));
    else memory.copy(R + (d - F), d, F + ld - d);
  }
}
