/** What QR factorizations are made of and what they give: R, and Q from its reflectors. */

import { mul } from '../level3/mul';
import { scaledRow } from './matrix';
import { panelWidth, pitchOf, Room, timesN, WIDTH } from './wy';

/** Lies at the start of the workspace; src/kernels/wy.ts knows how much follows. */
@unmanaged
export class Factors extends Room {
  m: i32;
  n: i32;
  /** Reflectors. */
  k: i32;
  /** Columns of a block of V, and of N. */
  width: i32;
  /** The matrix at hand, scaled, and then R; rows are `ld` elements apart. */
  A: usize;
  ld: i32;
  /** [m, width] and [width, width] for each block. */
  V: usize;
  N: usize;
  /** Places as many of V N behind V, or 0: what then replaces two products by N, where V is short beside what it meets. */
  Z: usize;
  tau: usize;
  /** 128 bytes and a panel of m rows. */
  P: usize;
  Q: usize;
}

/** Shares out the workspace from `at` on, for k reflectors and at most `columns` columns of Q. */
export function layOut<T>(g: Factors, at: usize, m: i32, n: i32, k: i32, columns: i32): void {
  const least = panelWidth<T>(),
    width = min(WIDTH, (k + least - 1) & -least),
    blocks = (k + WIDTH - 1) / WIDTH;
  const part = <usize>(width * pitchOf<T>(max(n, columns))) * sizeof<T>();
  g.m = m;
  g.n = n;
  g.k = k;
  g.width = width;
  g.ld = pitchOf<T>(n);
  g.P = at;
  g.A = g.P + 128 + ((<usize>m) << 6);
  g.V = g.A + <usize>(m * g.ld) * sizeof<T>();
  const own = <usize>(blocks * m * width) * sizeof<T>();
  g.Z = m < n + columns ? own : 0;
  g.N = g.V + own + g.Z;
  g.tau = g.N + <usize>(blocks * width * width) * sizeof<T>();
  g.W = g.tau + <usize>pitchOf<T>(k) * sizeof<T>();
  g.X = g.W + part;
  g.Q = g.X + part;
  g.mul = g.Q + <usize>(m * pitchOf<T>(columns)) * sizeof<T>();
}

/** Whether row j of R, and column j of Q, change their sign. */
// @ts-ignore: decorator
@inline
function isNegated<T>(g: Factors, j: i32): bool {
  return load<T>(g.A + <usize>(j * g.ld + j) * sizeof<T>()) < 0;
}

/** The first rows of R with a diagonal >= 0. */
export function writeR<T>(g: Factors, R: usize, rows: i32, power: T): void {
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

/** The first columns of Q; formed in place where rows suit vectors and spread over the cache. */
export function writeQ<T>(g: Factors, Q: usize, columns: i32): void {
  const pitch = columns * <i32>sizeof<T>();
  if (!(pitch & 31) && pitch & 1023) return formQ<T>(g, Q, columns, columns);
  const ld = pitchOf<T>(columns);
  formQ<T>(g, g.Q, ld, columns);
  for (let i = 0; i < g.m; i++) {
    memory.copy(Q + <usize>(i * pitch), g.Q + <usize>(i * ld) * sizeof<T>(), pitch);
  }
}

/** H_0 H_1 ... times the first columns of a unit matrix whose first k ones have signs, from the last block back. */
function formQ<T>(g: Factors, to: usize, ldq: i32, columns: i32): void {
  const step = <usize>(ldq + 1) * sizeof<T>(),
    w = g.width;
  memory.fill(to, 0, <usize>(g.m * ldq) * sizeof<T>());
  for (let j = g.k; j < columns; j++) store<T>(to + <usize>j * step, 1);
  for (let j = (g.k - 1) & -WIDTH; j >= 0; j -= WIDTH) {
    const count = min(WIDTH, g.k - j),
      rows = g.m - j,
      right = columns - j - count,
      block = j / WIDTH;
    const V = g.V + <usize>(block * g.m * w) * sizeof<T>(),
      N = g.N + <usize>(block * w * w) * sizeof<T>();
    const Q = to + <usize>j * step,
      ld = pitchOf<T>(columns - j),
      Z = V + g.Z,
      W = g.W;
    for (let c = 0; c < count; c++) {
      const unit: T = isNegated<T>(g, j + c) ? -1 : 1;
      for (let l = 0; l < count; l++) {
        store<T>(W + <usize>(l * ld + c) * sizeof<T>(), unit * load<T>(Z + <usize>(c * w + l) * sizeof<T>()));
      }
    }
    const below = Z + <usize>(count * w) * sizeof<T>(),
      rest = Q + <usize>count * step;
    mul<T>(g.mul, count, right, rows - count, below, 1, w, rest, ldq, 1, W + <usize>count * sizeof<T>(), ld, 1, false);
    if (!g.Z) timesN<T>(N, w, count, false, columns - j, changetype<Room>(g));
    mul<T>(g.mul, rows, columns - j, count, V, w, 1, g.Z ? W : g.X, ld, 1, Q, ldq, 1, true);
    for (let c = 0; c < count; c++) {
      const d = Q + <usize>c * step;
      store<T>(d, load<T>(d) + (isNegated<T>(g, j + c) ? <T>-1 : <T>1));
    }
  }
}
