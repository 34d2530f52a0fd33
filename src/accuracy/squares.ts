/** Symmetric and positive definite matrices made of those of the zoo. */

import { arrayOf, type RealArray } from '../dtype.ts';
import { fold, key } from '../random.ts';
import { rotateColumns, rotateRows } from './draw.ts';
import { leveled, leveling, maxAbs, timesPower, ulpOf } from './matrix.ts';
import { spectra } from './spectra.ts';
import type { ZooMatrix } from './zoo.ts';

/** The same type with other entries, which are rounded to its dtype. */
function withEntries(a: ZooMatrix, entries: ArrayLike<number>, sigma?: Float64Array): ZooMatrix {
  const values = arrayOf(a.dtype, entries.length) as RealArray;
  values.set(entries);
  const { name, m, n, dtype, refused } = a;
  return { name, m, n, dtype, values, refused, ...(sigma === undefined ? {} : { sigma }) };
}

/** Makes the upper triangle the mirror of the lower one. */
function mirrored(n: number, entries: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(entries);
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out[i * n + j] = out[j * n + i]!;
  return out;
}

/** Q diag(w) Q^T with random orthogonal Q. */
function turned(a: ZooMatrix, w: ArrayLike<number>): Float64Array {
  const { m, n } = a;
  const values = new Float64Array(n * n);
  for (let k = 0; k < n; k++) values[k * n + k] = w[k]!;
  const from = fold(key(1), 'squares', a.name, n);
  rotateRows({ m, n, values }, from);
  rotateColumns({ m, n, values }, from);
  return mirrored(n, values);
}

/**
 * A symmetric matrix of the type, or null where a is not square: types that plant singular values plant them as
 * eigenvalues of alternating sign, which `sigma` then holds ascending; others mirror the lower triangle.
 */
export function symmetric(a: ZooMatrix): ZooMatrix | null {
  if (a.m !== a.n) return null;
  if (!(a.name in spectra)) return withEntries(a, mirrored(a.n, a.values));
  const w = a.sigma!.map((s, k) => (k % 2 === 0 ? s : -s));
  return withEntries(a, turned(a, w), w.slice().sort());
}

/** Types whose squares lie below the normal numbers, where a shift is lost. */
const TOO_SMALL = ['denorm'];

/**
 * A positive definite matrix of the type, or null where that makes no sense: planted eigenvalues, or the Gram matrix, on
 * the scale of a; with a shift beyond the rounding of the factorization.
 */
export function positive(a: ZooMatrix): ZooMatrix | null {
  const { m, n, dtype, values, sigma, name } = a;
  if (a.refused && m === n) return withEntries(a, mirrored(n, values));
  if (m !== n || TOO_SMALL.includes(name)) return null;
  const e = leveling(values);
  const gram = name in spectra ? turned(a, sigma!) : gramOf(n, leveled(values, e));
  const top = maxAbs(gram);
  const shift = (top === 0 ? 1 : top) * 4 * n * n * ulpOf[dtype];
  for (let k = 0; k < n; k++) gram[k * n + k]! += shift;
  return withEntries(a, name in spectra ? gram : gram.map((x) => timesPower(x, -e)));
}

function gramOf(n: number, x: Float64Array): Float64Array {
  const gram = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      const factor = x[k * n + i]!;
      for (let j = 0; j <= i; j++) gram[i * n + j]! += factor * x[k * n + j]!;
    }
  }
  return mirrored(n, gram);
}
