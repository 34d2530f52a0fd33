/**
 * Householder QR of a batch of matrices, blocked: panels of 64 bytes, blocks of 16 columns, the rest by products.
 * LAPACK's xGEQRF and xORGQR, with reflectors in compact-WY form (Schreiber & Van Loan 1989).
 */

import { Head } from '../abi';
import { mul } from '../level3/mul';
import { width as lanes } from '../simd/lanes';
import { Factors, layOut, writeQ, writeR } from './factors';
import { loadMatrix } from './matrix';
import { panel } from './panel';
import { applyWy, joinWy, panelWidth, pitchOf, Room, WIDTH } from './wy';

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
  const g = changetype<Factors>(a.work),
    size = <usize>(a.m * a.n) * sizeof<T>(),
    rows = min(a.m, a.columns);
  layOut<T>(g, a.work + 128, a.m, a.n, min(a.m, a.n), a.columns);
  for (let t = <usize>a.begin; t < <usize>a.end; t++) {
    const power = loadMatrix<T>(a.A + t * size, a.m, a.n, g.A, g.ld);
    for (let j = 0; j < g.k; j += WIDTH) factorBlock<T>(g, j);
    if (a.tau) memory.copy(a.tau + t * <usize>g.k * sizeof<T>(), g.tau, <usize>g.k * sizeof<T>());
    if (a.F) writeF<T>(g, a.F + t * size, power);
    if (a.R) writeR<T>(g, a.R + t * <usize>(rows * g.n) * sizeof<T>(), rows, power);
    if (a.Q) writeQ<T>(g, a.Q + t * <usize>(g.m * a.columns) * sizeof<T>(), a.columns);
  }
}

/** Factors columns [j, j + WIDTH) and applies their reflectors to the columns on the right. */
function factorBlock<T>(g: Factors, j: i32): void {
  const own = panelWidth<T>(),
    count = min(WIDTH, g.k - j),
    rows = g.m - j,
    w = g.width;
  const block = j / WIDTH;
  const V = g.V + <usize>(block * g.m * w) * sizeof<T>(),
    N = g.N + <usize>(block * w * w) * sizeof<T>();
  memory.fill(N, 0, <usize>(w * w) * sizeof<T>());
  for (let p = 0; p < count; p += own) {
    const b = min(own, count - p),
      corner = <usize>(p * w + p) * sizeof<T>();
    const A = g.A + <usize>((j + p) * g.ld + j + p) * sizeof<T>();
    takePanel<T>(A, g.ld, rows - p, b, g.P + 128);
    panel<T>(g.P + 128, rows - p, b, g.tau + <usize>(j + p) * sizeof<T>(), N + corner, w * sizeof<T>(), g.P);
    putPanel<T>(g.P + 128, rows - p, b, A, g.ld, V + <usize>p * sizeof<T>(), p, w);
    // A block of f32 is one panel.
    if (sizeof<T>() < 8) continue;
    const right = A + <usize>b * sizeof<T>();
    applyWy<T>(V + corner, w, rows - p, b, N + corner, w, true, right, g.ld, count - p - b, changetype<Room>(g));
    if (p) joinWy<T>(V, w, rows, p, b, N, w, changetype<Room>(g));
  }
  const step = 2 * lanes<T>(),
    next = j + count;
  const A = g.A + <usize>(j * g.ld + next) * sizeof<T>();
  const columns = ((g.n + step - 1) & -step) - next;
  if (!g.Z) {
    if (next < g.n) applyWy<T>(V, w, rows, count, N, w, true, A, g.ld, columns, changetype<Room>(g));
    return;
  }
  const Z = V + g.Z,
    ld = pitchOf<T>(columns);
  mul<T>(g.mul, rows, count, count, V, w, 1, N, w, 1, Z, w, 1, false);
  mul<T>(g.mul, count, columns, rows, V, 1, w, A, g.ld, 1, g.W, ld, 1, false);
  mul<T>(g.mul, rows, columns, count, Z, w, 1, g.W, ld, 1, A, g.ld, 1, true);
}

/** Copies `rows` rows of `count` columns at A to a panel; the columns behind them become 0. */
function takePanel<T>(A: usize, ld: i32, rows: i32, count: i32, P: usize): void {
  const step = <usize>ld * sizeof<T>(),
    cut = <usize>count * sizeof<T>();
  for (const end = P + ((<usize>rows) << 6); P < end; P += 64, A += step) {
    v128.store(P, v128.load(A));
    v128.store(P, v128.load(A, 16), 16);
    v128.store(P, v128.load(A, 32), 32);
    v128.store(P, v128.load(A, 48), 48);
    if (cut < 64) memory.fill(P + cut, 0, 64 - cut);
  }
}

/** Copies R of a panel back to A, and its V, with zeros and ones, to rows `top` and below of V, which is 0 above. */
function putPanel<T>(P: usize, rows: i32, count: i32, A: usize, ld: i32, V: usize, top: i32, w: i32): void {
  const step = <usize>w * sizeof<T>();
  for (let i = 0; i < top; i++, V += step) memory.fill(V, 0, 64);
  for (let i = 0; i < rows; i++, P += 64, V += step) {
    v128.store(V, v128.load(P));
    v128.store(V, v128.load(P, 16), 16);
    v128.store(V, v128.load(P, 32), 32);
    v128.store(V, v128.load(P, 48), 48);
    if (i >= count) continue;
    const to = A + <usize>(i * ld) * sizeof<T>();
    for (let c = <usize>i * sizeof<T>(), one: T = 1; c < 64; c += sizeof<T>(), one = 0) {
      if (c < <usize>count * sizeof<T>()) store<T>(to + c, load<T>(P + c));
      store<T>(V + c, one);
    }
  }
}

/** R, and V below its diagonal. */
function writeF<T>(g: Factors, F: usize, power: T): void {
  const w = g.width;
  for (let i = 0; i < g.m; i++) {
    const from = g.A + <usize>(i * g.ld) * sizeof<T>();
    for (let j = 0; j < g.n; j++, F += sizeof<T>()) {
      if (j >= i || j >= g.k) {
        store<T>(F, load<T>(from + <usize>j * sizeof<T>()) / power);
      } else {
        const first = j & -WIDTH,
          at = (first / WIDTH) * g.m * w + (i - first) * w + (j - first);
        store<T>(F, load<T>(g.V + <usize>at * sizeof<T>()));
      }
    }
  }
}
