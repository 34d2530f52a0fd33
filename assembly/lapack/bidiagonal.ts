/**
 * Reduction of a matrix to upper bidiagonal form, Q' A P = B, by reflectors from the left and the right (Golub & Kahan
 * 1965). A step is two passes over the rest of the matrix: one takes the last step's reflectors off, A + v y' + z u', and
 * multiplies by the next one from the left; the other multiplies from the right (Howell et al. 2008, BLAS 2.5).
 */

import { dot, scale } from '../level1/vectors';
import { hsum, madd, width as lanes } from '../simd/lanes';
import { isSafe, reflect } from './reflector';
import { BLOCK } from './wy';

/** A matrix at hand, of size 1, and what becomes of it. Pitches are in bytes. */
@unmanaged
export class Bidiagonal {
  /** m >= n. */
  m: i32;
  n: i32;
  /** A [m, n], lost; zeros behind its columns up to `pitch` bytes and below it up to a multiple of 4 rows. */
  A: usize;
  pitch: usize;
  /** Whether reflectors are kept: all n rows of VL and VR, or the last two. They are 0 in front of their 1. */
  keep: i32;
  /** Rows v of reflectors H_j = I - tau v v' from the left, m numbers from the j-th on, and u from the right. */
  VL: usize;
  pitchL: usize;
  VR: usize;
  tauL: usize;
  tauR: usize;
  /** B, in f64. */
  d: usize;
  e: usize;
  /** Two rows of `pitch` and one of `pitchL` bytes. */
  y: usize;
  z: usize;
}

export function gebrd<T>(g: Bidiagonal): void {
  const m = g.m,
    n = g.n,
    end = (<usize>m + 3) & ~3;
  let y = g.y,
    old = y + g.pitch;
  memory.fill(y, 0, 2 * g.pitch);
  memory.fill(g.z, 0, g.pitchL);
  let v = g.z,
    u = old;
  for (let j = 0; j < n; j++) {
    const at = <usize>j * sizeof<T>(),
      head = <usize>(j & -BLOCK) * sizeof<T>(),
      index = <usize>(g.keep ? j : j & 1);
    const row = g.A + <usize>j * g.pitch,
      vj = g.VL + index * g.pitchL;
    memory.fill(vj + head, 0, at - head);
    memory.fill(vj + <usize>m * sizeof<T>(), 0, (end - m) * sizeof<T>());
    const oldY = load<T>(old + at),
      oldU = load<T>(u + at);
    for (let i = at, p = row + at; i < <usize>m * sizeof<T>(); i += sizeof<T>(), p += g.pitch) {
      store<T>(vj + i, load<T>(p) + load<T>(v + i) * oldY + load<T>(g.z + i) * oldU);
    }
    const t = makeReflector<T>(m - j, vj + at, g.d + ((<usize>j) << 3));
    store<T>(g.tauL + at, t);
    const next = at + sizeof<T>(),
      width = <usize>n * sizeof<T>();
    if (next == width) return;

    const first = at & ~15;
    memory.fill(y + first, 0, width - first);
    for (let i = <usize>(j & ~1); i < end; i += 2) {
      const o = i * sizeof<T>();
      pairOfRows<T>(g.A + i * g.pitch, g.pitch, v + o, vj + o, g.z + o, old, u, y, first, width);
    }

    // Row j of H A, and the reflector that clears it behind the diagonal.
    const uj = g.VR + index * g.pitch;
    memory.fill(uj + head, 0, next - head);
    memory.fill(uj + width, 0, g.pitch - width);
    for (let c = next; c < width; c += sizeof<T>()) store<T>(uj + c, load<T>(row + c) - t * load<T>(y + c));
    const s = makeReflector<T>(n - j - 1, uj + next, g.e + ((<usize>j) << 3));
    store<T>(g.tauR + at, s);
    memory.fill(y + first, 0, next - first);
    scale<T>(n - j - 1, -t, y + next, y + next);
    const yu = dot<T>(n - j - 1, y + next, uj + next);
    for (let i = <usize>((j + 1) & ~3); i < end; i += 4) {
      const o = i * sizeof<T>();
      fourRows<T>(g.A + i * g.pitch, g.pitch, uj, next & ~31, width, vj + o, yu, -s, g.z + o);
    }
    v = vj;
    u = uj;
    const spare = old;
    old = y;
    y = spare;
  }
}

/** Makes the reflector of n contiguous numbers: v with v[0] = 1 in their place, beta at `beta`. Returns tau. */
function makeReflector<T>(n: i32, x: usize, beta: usize): T {
  const alpha = load<T>(x),
    rest = x + sizeof<T>(),
    below = dot<T>(n - 1, rest, rest),
    square = alpha * alpha + below;
  let t: T;
  if (below > 0 && isSafe<T>(square)) {
    const b = alpha < 0 ? sqrt<T>(square) : -sqrt<T>(square);
    scale<T>(n - 1, 1 / (alpha - b), rest, rest);
    store<T>(x, b);
    t = (b - alpha) / b;
  } else {
    t = reflect<T>(x, n, sizeof<T>());
  }
  store<f64>(beta, <f64>load<T>(x));
  store<T>(x, 1);
  return t;
}

/** Two rows a += v old' + z u', and their share of y += w a, in columns from `first` to `last` bytes. */
function pairOfRows<T>(
  a: usize,
  pitch: usize,
  v: usize,
  w: usize,
  z: usize,
  old: usize,
  u: usize,
  y: usize,
  first: usize,
  last: usize,
): void {
  const v0 = v128.load_splat<T>(v),
    v1 = v128.load_splat<T>(v, sizeof<T>()),
    w0 = v128.load_splat<T>(w),
    w1 = v128.load_splat<T>(w, sizeof<T>()),
    z0 = v128.load_splat<T>(z),
    z1 = v128.load_splat<T>(z, sizeof<T>());
  for (let p = first; p < last; p += 16) {
    const f = v128.load(old + p),
      h = v128.load(u + p);
    const r0 = madd<T>(z0, h, madd<T>(v0, f, v128.load(a + p)));
    v128.store(a + p, r0);
    const r1 = madd<T>(z1, h, madd<T>(v1, f, v128.load(a + pitch + p)));
    v128.store(a + pitch + p, r1);
    v128.store(y + p, madd<T>(w1, r1, madd<T>(w0, r0, v128.load(y + p))));
  }
}

/** z = factor (a' u + v yu) of four rows, in columns from `first` to `last` bytes. */
function fourRows<T>(
  a: usize,
  pitch: usize,
  u: usize,
  first: usize,
  last: usize,
  v: usize,
  yu: T,
  factor: T,
  z: usize,
): void {
  const b = a + pitch,
    c = b + pitch,
    d = c + pitch;
  let a0 = v128.splat<T>(0),
    a1 = a0,
    b0 = a0,
    b1 = a0,
    c0 = a0,
    c1 = a0,
    d0 = a0,
    d1 = a0;
  for (let p = first; p < last; p += 32) {
    let x = v128.load(u + p);
    a0 = madd<T>(v128.load(a + p), x, a0);
    b0 = madd<T>(v128.load(b + p), x, b0);
    c0 = madd<T>(v128.load(c + p), x, c0);
    d0 = madd<T>(v128.load(d + p), x, d0);
    x = v128.load(u + p, 16);
    a1 = madd<T>(v128.load(a + p, 16), x, a1);
    b1 = madd<T>(v128.load(b + p, 16), x, b1);
    c1 = madd<T>(v128.load(c + p, 16), x, c1);
    d1 = madd<T>(v128.load(d + p, 16), x, d1);
  }
  store<T>(z, factor * (hsum<T>(v128.add<T>(a0, a1)) + load<T>(v) * yu));
  store<T>(z, factor * (hsum<T>(v128.add<T>(b0, b1)) + load<T>(v, sizeof<T>()) * yu), sizeof<T>());
  store<T>(z, factor * (hsum<T>(v128.add<T>(c0, c1)) + load<T>(v, 2 * sizeof<T>()) * yu), 2 * sizeof<T>());
  store<T>(z, factor * (hsum<T>(v128.add<T>(d0, d1)) + load<T>(v, 3 * sizeof<T>()) * yu), 3 * sizeof<T>());
}
