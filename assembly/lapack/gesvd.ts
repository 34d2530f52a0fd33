/**
 * Singular value decomposition of each matrix of a batch (Golub & Kahan 1965; Chan 1982 for tall ones): bidiagonal form,
 * implicit QR, and the rotations of many sweeps applied together. The matrix is brought to size 1 by a power of two.
 */

import { fail } from '../abi';
import { scale as scaleRow } from '../level1/vectors';
import { mul } from '../level3/mul';
import { bdsqr } from './bdsqr';
import { gebrd } from './bidiagonal';
import { formRows } from './formRows';
import { geqrf } from './geqrf';
import { GesvdArgs, scaleOf } from './gesvj';
import { applyAll } from './rotations';
import { writeColumn } from './signs';
import { place, SvdPlan } from './svdPlan';

const CONVERGENCE: i32 = 2;

export function gesvd<T>(a: GesvdArgs): void {
  if (min(a.m, a.n) == 0) return;
  const g = changetype<SvdPlan>(a.work);
  place<T>(g, a.m, a.n, a.vectors != 0);
  for (let t = <usize>a.begin; t < <usize>a.end; t++) element<T>(a, g, t);
}

function element<T>(a: GesvdArgs, g: SvdPlan, t: usize): void {
  const n = g.n,
    size = a.m * a.n,
    A = a.A + t * <usize>size * sizeof<T>();
  let scale: f64;
  if (g.tall) {
    g.qr.A = A;
    if (g.wide) {
      g.qr.A = g.copy;
      take<T>(A, 1, a.n, g.rows, n, 1, g.copy, <usize>n * sizeof<T>());
    }
    geqrf<T>(g.qr);
    scale = scaleOf<T>(g.qr.R, n * n);
    memory.fill(g.A, 0, <usize>((n + 3) & ~3) * g.pitch);
    take<T>(g.qr.R, n, 1, n, n, scale, g.A, g.pitch);
  } else {
    scale = scaleOf<T>(A, size);
    memory.fill(g.A, 0, <usize>((g.m + 3) & ~3) * g.pitch);
    take<T>(A, g.wide ? 1 : n, g.wide ? a.n : 1, g.m, n, scale, g.A, g.pitch);
  }
  gebrd<T>(g);
  if (a.vectors) {
    const L = <i32>(g.pitchL / sizeof<T>()),
      R = <i32>(g.pitch / sizeof<T>());
    formRows<T>(g.A, L, n, g.m, g.VL, L, g.tauL, n, 0, g.room);
    formRows<T>(g.Vt, R, n, n, g.VR, R, g.tauR, n - 1, 1, g.room);
  }
  const sweeps = bdsqr<T>(n, g.d, g.e, a.vectors ? g.left : null, a.vectors ? g.right : null);
  if (sweeps < 0) fail(CONVERGENCE, 30 * n);
  sort(n, g.d, g.order);
  const S = a.S + t * <usize>n * sizeof<T>();
  for (let j: usize = 0; j < <usize>n; j++) {
    const d = load<f64>(g.d + ((<usize>load<i32>(g.order + (j << 2))) << 3));
    store<T>(S + j * sizeof<T>(), <T>(abs(d) / scale));
  }
  if (a.vectors == 0) return;
  applyAll<T>(g.left);
  applyAll<T>(g.right);
  let rows = g.A,
    pitch = g.pitchL;
  if (g.tall) {
    const L = <i32>(pitch / sizeof<T>());
    rows = g.U;
    pitch = g.pitchU;
    mul<T>(g.room.mul, n, g.rows, n, g.A, L, 1, g.qr.Q, 1, n, rows, <i32>(pitch / sizeof<T>()), 1, false);
  }
  const U = a.U + t * <usize>(a.m * n) * sizeof<T>(),
    Vt = a.Vt + t * <usize>(n * a.n) * sizeof<T>();
  for (let j: usize = 0; j < <usize>n; j++) {
    const from = <usize>load<i32>(g.order + (j << 2)),
      l = rows + from * pitch,
      r = g.Vt + from * g.pitch;
    const d = load<f64>(g.d + (from << 3));
    const sign = writeColumn<T, T>(g.wide ? r : l, a.m, U + j * sizeof<T>(), <usize>n * sizeof<T>());
    scaleRow<T>(a.n, d < 0 ? -sign : sign, g.wide ? l : r, Vt + j * <usize>a.n * sizeof<T>());
  }
}

/** Copies m x n numbers, i times `step` and j times `next` elements behind A, times `scale` to rows of `pitch` bytes. */
function take<T>(A: usize, step: i32, next: i32, m: i32, n: i32, scale: f64, to: usize, pitch: usize): void {
  for (let i = 0; i < m; i++, to += pitch) {
    let p = A + <usize>(i * step) * sizeof<T>();
    for (let q = to; q < to + <usize>n * sizeof<T>(); q += sizeof<T>(), p += <usize>next * sizeof<T>()) {
      store<T>(q, <T>(scale * <f64>load<T>(p)));
    }
  }
}

/** The places of the elements of d, the largest first; equal ones stay in order. */
function sort(n: i32, d: usize, order: usize): void {
  for (let i = 0; i < n; i++) {
    const x = abs(load<f64>(d + ((<usize>i) << 3)));
    let p = order + ((<usize>i) << 2);
    for (; p > order && abs(load<f64>(d + ((<usize>load<i32>(p - 4)) << 3))) < x; p -= 4)
      store<i32>(p, load<i32>(p - 4));
    store<i32>(p, i);
  }
}
