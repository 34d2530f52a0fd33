/**
 * Householder QR of a batch of matrices, blocked: panels of 64 bytes, blocks of 32 columns, the rest by products.
 * LAPACK's xGEQRF and xORGQR, with reflectors in compact-WY form (Schreiber & Van Loan 1989).
 */

import { Head } from '../abi';
import { mul } from '../level3/mul';
import { width as lanes } from '../simd/lanes';
import { greatest, matrixScale, scaledRow } from './matrix';
import { panel } from './panel';
import { applyWy, BLOCK, joinWy, panelWidth, pitchOf, Room, timesN } from './wy';

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

/** Lies at the start of the workspace; src/kernels/wy.ts knows how much follows. */
@unmanaged
class Plan extends Room {
  m: i32;
  n: i32;
  k: i32;
  /** Columns of a block of V, and of N. */
  width: i32;
  /** The matrix at hand, scaled; rows are `ld` elements apart. */
  A: usize;
  ld: i32;
  /** [m, width] and [width, width] for each block. */
  V: usize;
  N: usize;
  tau: usize;
  P: usize;
  Q: usize;
  ldq: i32;
}

export function geqrf<T>(a: GeqrfArgs): void {
  const g = changetype<Plan>(a.work),
    size = <usize>(a.m * a.n) * sizeof<T>(),
    rows = min(a.m, a.columns);
  place<T>(a, g);
  for (let t = <usize>a.begin; t < <usize>a.end; t++) {
    const power = matrixScale<T>(greatest<T>(a.A + t * size, size));
    for (let i = 0; i < g.m; i++) {
      const row = <usize>(i * g.n) * sizeof<T>();
      scaledRow<T>(a.A + t * size + row, g.A + <usize>(i * g.ld) * sizeof<T>(), g.n, power, g.ld);
    }
    for (let j = 0; j < g.k; j += BLOCK) factorBlock<T>(g, j);
    if (a.tau) memory.copy(a.tau + t * <usize>g.k * sizeof<T>(), g.tau, <usize>g.k * sizeof<T>());
    if (a.F) writeF<T>(g, a.F + t * size, power);
    if (a.R) writeR<T>(g, a.R + t * <usize>(rows * g.n) * sizeof<T>(), rows, power);
    if (a.Q) {
      const Q = a.Q + t * <usize>(g.m * a.columns) * sizeof<T>();
      if (g.ldq == a.columns) g.Q = Q;
      formQ<T>(g, a.columns);
      if (g.Q == Q) continue;
      for (let i = 0; i < g.m; i++) {
        const to = Q + <usize>(i * a.columns) * sizeof<T>();
        memory.copy(to, g.Q + <usize>(i * g.ldq) * sizeof<T>(), <usize>a.columns * sizeof<T>());
      }
    }
  }
}

/** Shares the workspace out. Q is formed in place where its rows suit vectors and the cache. */
function place<T>(a: GeqrfArgs, g: Plan): void {
  const S = <i32>sizeof<T>(),
    own = panelWidth<T>();
  g.m = a.m;
  g.n = a.n;
  g.k = min(a.m, a.n);
  g.width = min(BLOCK, (g.k + own - 1) & -own);
  g.ld = pitchOf<T>(a.n);
  const inPlace = !(a.columns & (2 * lanes<T>() - 1)) && ((a.columns * S) & 1023) != 0;
  g.ldq = inPlace ? a.columns : pitchOf<T>(a.columns);
  const blocks = (g.k + BLOCK - 1) / BLOCK,
    lines = pitchOf<T>(max(a.n, a.columns));
  let at = a.work + 128;
  g.P = at;
  at += 128 + ((<usize>g.m) << 6);
  g.A = at;
  at += <usize>(g.m * g.ld * S);
  g.V = at;
  at += <usize>(blocks * g.m * g.width * S);
  g.N = at;
  at += <usize>(blocks * g.width * g.width * S);
  g.tau = at;
  at += <usize>(pitchOf<T>(g.k) * S);
  g.W = at;
  at += <usize>(g.width * lines * S);
  g.X = at;
  at += <usize>(g.width * lines * S);
  g.Q = at;
  if (!inPlace) at += <usize>(g.m * g.ldq * S);
  g.mul = at;
}

/** Factors columns [j, j + BLOCK) and applies their reflectors to the columns on the right. */
function factorBlock<T>(g: Plan, j: i32): void {
  const own = panelWidth<T>(),
    count = min(BLOCK, g.k - j),
    rows = g.m - j,
    w = g.width;
  const block = j / BLOCK;
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
    const right = A + <usize>b * sizeof<T>();
    applyWy<T>(V + corner, w, rows - p, b, N + corner, w, true, right, g.ld, count - p - b, changetype<Room>(g));
    if (p) joinWy<T>(V, w, rows, p, b, N, w, changetype<Room>(g));
  }
  const step = 2 * lanes<T>(),
    next = j + count;
  const A = g.A + <usize>(j * g.ld + next) * sizeof<T>();
  const columns = ((g.n + step - 1) & -step) - next;
  if (next < g.n) applyWy<T>(V, w, rows, count, N, w, true, A, g.ld, columns, changetype<Room>(g));
}

/** Copies `rows` rows of `count` columns at A to a panel; the columns behind them become 0. */
function takePanel<T>(A: usize, ld: i32, rows: i32, count: i32, P: usize): void {
  const step = <usize>ld * sizeof<T>(),
    cut = <usize>count * sizeof<T>();
  for (const end = P + (<usize>rows << 6); P < end; P += 64, A += step) {
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
    const d = <usize>i * sizeof<T>();
    memory.copy(A + <usize>(i * ld) * sizeof<T>() + d, P + d, <usize>(count - i) * sizeof<T>());
    memory.fill(V + d, 0, 64 - d);
    store<T>(V + d, 1);
  }
}

/** Whether row j of R, and column j of Q, change their sign. */
// @ts-ignore: decorator
@inline
function isNegated<T>(g: Plan, j: i32): bool {
  return load<T>(g.A + <usize>(j * g.ld + j) * sizeof<T>()) < 0;
}

/** R, and V below its diagonal. */
function writeF<T>(g: Plan, F: usize, power: T): void {
  const w = g.width;
  for (let i = 0; i < g.m; i++) {
    const from = g.A + <usize>(i * g.ld) * sizeof<T>();
    for (let j = 0; j < g.n; j++, F += sizeof<T>()) {
      if (j >= i || j >= g.k) {
        store<T>(F, load<T>(from + <usize>j * sizeof<T>()) / power);
      } else {
        const first = j & -BLOCK,
          at = (first / BLOCK) * g.m * w + (i - first) * w + (j - first);
        store<T>(F, load<T>(g.V + <usize>at * sizeof<T>()));
      }
    }
  }
}

/** The first rows of R with a diagonal >= 0. */
function writeR<T>(g: Plan, R: usize, rows: i32, power: T): void {
  const pitch = <usize>g.n * sizeof<T>();
  for (let i = 0; i < rows; i++, R += pitch) {
    const d = min(i, g.n),
      head = <usize>d * sizeof<T>();
    memory.fill(R, 0, head);
    if (d == g.n) continue;
    const unit: T = i < g.k && isNegated<T>(g, i) ? -1 : 1;
    scaledRow<T>(g.A + <usize>(i * g.ld + d) * sizeof<T>(), R + head, g.n - d, unit / power, g.n - d);
  }
}

/** The first columns of Q = H_0 H_1 ... times the unit matrix whose first k ones have signs, from the last block back. */
function formQ<T>(g: Plan, columns: i32): void {
  const step = <usize>(g.ldq + 1) * sizeof<T>(),
    w = g.width;
  memory.fill(g.Q, 0, <usize>(g.m * g.ldq) * sizeof<T>());
  for (let j = g.k; j < columns; j++) store<T>(g.Q + <usize>j * step, 1);
  for (let j = (g.k - 1) & -BLOCK; j >= 0; j -= BLOCK) {
    const count = min(BLOCK, g.k - j),
      rows = g.m - j,
      right = columns - j - count,
      block = j / BLOCK;
    const V = g.V + <usize>(block * g.m * w) * sizeof<T>(),
      N = g.N + <usize>(block * w * w) * sizeof<T>();
    const Q = g.Q + <usize>j * step,
      ld = pitchOf<T>(columns - j);
    for (let l = 0; l < count; l++) {
      for (let c = 0; c < count; c++) {
        const v = load<T>(V + <usize>(c * w + l) * sizeof<T>());
        store<T>(g.W + <usize>(l * ld + c) * sizeof<T>(), isNegated<T>(g, j + c) ? -v : v);
      }
    }
    const below = V + <usize>(count * w) * sizeof<T>(),
      rest = Q + <usize>count * step;
    const W = g.W + <usize>count * sizeof<T>();
    mul<T>(g.mul, count, right, rows - count, below, 1, w, rest, g.ldq, 1, W, ld, 1, false);
    timesN<T>(N, w, count, false, columns - j, changetype<Room>(g));
    mul<T>(g.mul, rows, columns - j, count, V, w, 1, g.X, ld, 1, Q, g.ldq, 1, true);
    for (let c = 0; c < count; c++) {
      const d = Q + <usize>c * step;
      store<T>(d, load<T>(d) + (isNegated<T>(g, j + c) ? <T>-1 : <T>1));
    }
  }
}
