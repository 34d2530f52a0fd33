/**
 * Random numbers and orthogonal factors of the zoo, each a function of its key alone.
 * Orthogonal matrices: products of random Householder reflections (Stewart 1980), applied in place, as LAPACK's xLAROR.
 */

import { cos, log, PI } from '../math.ts';
import { type Key, philox } from '../random.ts';
import type { Matrix } from './matrix.ts';

/** `count` numbers in (0, 1), 52 bits each. */
export function uniforms(key: Key, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let k = 0; k < count; k += 2) {
    const [a, b, c, d] = philox([k >>> 1, 0, 0, 0], key.lo, key.hi);
    out[k] = fraction(a, b);
    if (k + 1 < count) out[k + 1] = fraction(c, d);
  }
  return out;
}

/** The middle of one of 2^51 equal parts of (0, 1). */
function fraction(high: number, low: number): number {
  const upper = (high >>> 0) * 0x80000 + ((low >>> 0) >>> 13);
  return (upper + 0.5) / 0x8000000000000;
}

/** `count` normally distributed numbers (Box & Muller). */
export function normals(key: Key, count: number): Float64Array {
  const u = uniforms(key, 2 * count);
  return Float64Array.from({ length: count }, (_, k) => Math.sqrt(-2 * log(u[2 * k]!)) * cos(2 * PI * u[2 * k + 1]!));
}

/** Overwrites a (m x n) with Q a, Q random orthogonal m x m. 2 m^2 n operations. */
export function rotateRows({ m, n, values }: { m: number; n: number; values: Float64Array }, key: Key): void {
  const x = normals(key, (m * (m + 1)) / 2);
  const w = new Float64Array(n);
  for (let size = 1, at = 0; size <= m; at += size, size++) {
    const first = m - size;
    const scale = reflector(x, at, size);
    w.fill(0);
    for (let i = 0; i < size; i++) {
      const row = (first + i) * n;
      for (let j = 0; j < n; j++) w[j]! += x[at + i]! * values[row + j]!;
    }
    for (let i = 0; i < size; i++) {
      const row = (first + i) * n;
      const v = scale * x[at + i]!;
      for (let j = 0; j < n; j++) values[row + j]! -= v * w[j]!;
    }
  }
}

/** Overwrites a (m x n) with a Q, Q random orthogonal n x n. 2 m n^2 operations. */
export function rotateColumns({ m, n, values }: { m: number; n: number; values: Float64Array }, key: Key): void {
  const x = normals(key, (n * (n + 1)) / 2);
  for (let size = 1, at = 0; size <= n; at += size, size++) {
    const scale = reflector(x, at, size);
    for (let i = 0; i < m; i++) {
      const row = i * n + n - size;
      let dot = 0;
      for (let j = 0; j < size; j++) dot += values[row + j]! * x[at + j]!;
      dot *= scale;
      for (let j = 0; j < size; j++) values[row + j]! -= dot * x[at + j]!;
    }
  }
}

/**
 * Turns a vector into that of the reflection which brings it to the first axis; returns 2 / |v|^2. One of length 1 becomes
 * a sign, which does not round.
 */
function reflector(x: Float64Array, at: number, size: number): number {
  if (size === 1) {
    x[at] = x[at]! < 0 ? 1 : 0;
    return 2;
  }
  let sum = 0;
  for (let i = 0; i < size; i++) sum += x[at + i]! * x[at + i]!;
  const norm = Math.sqrt(sum);
  const head = x[at]!;
  x[at] = head + (head < 0 ? -norm : norm);
  return 1 / (norm * (norm + Math.abs(head)));
}

/** U diag(sigma) V^T, m x n, with random orthogonal U and V. */
export function planted(m: number, n: number, sigma: ArrayLike<number>, left: Key, right: Key): Matrix {
  const values = new Float64Array(m * n);
  for (let k = 0; k < sigma.length; k++) values[k * n + k] = sigma[k]!;
  rotateRows({ m, n, values }, left);
  rotateColumns({ m, n, values }, right);
  return { m, n, values };
}
