/**
 * The oracle of spectra inside the process: one-sided Jacobi (Hestenes 1958) in numbers of 106 bits, sharing nothing with
 * the kernels. For sizes up to some 40; singular values to about 1e-30 of the greatest.
 */

import { leveled, leveling, type Matrix, timesPower, transposed } from '../../src/accuracy/matrix.ts';
import { minus, over, type Pair, pair, plus, root, times } from './doubleDouble.ts';

const SWEEPS = 60;
const CLOSE = 1e-30;
/** The square of a column that has become the rounding of roundings; the matrix is near 1. */
const NOTHING = 1e-120;

type Column = Pair[];

function dot(x: Column, y: Column): Pair {
  let sum = pair(0);
  for (let i = 0; i < x.length; i++) sum = plus(sum, times(x[i]!, y[i]!));
  return sum;
}

/** Makes two columns orthogonal; false where they were. */
function rotate(x: Column, y: Column): boolean {
  const [a, b, c] = [dot(x, x), dot(y, y), dot(x, y)];
  const size = Math.sqrt(a.hi) * Math.sqrt(b.hi);
  if (Math.min(a.hi, b.hi) < NOTHING || Math.abs(c.hi) <= CLOSE * size) return false;
  const zeta = over(minus(b, a), times(pair(2), c));
  const bow = root(plus(pair(1), times(zeta, zeta)));
  const magnitude = over(pair(1), plus(zeta.hi < 0 ? minus(pair(0), zeta) : zeta, bow));
  const t = zeta.hi < 0 ? minus(pair(0), magnitude) : magnitude;
  const cosine = over(pair(1), root(plus(pair(1), times(t, t))));
  const sine = times(cosine, t);
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [x[i]!, y[i]!];
    x[i] = minus(times(cosine, u), times(sine, v));
    y[i] = plus(times(sine, u), times(cosine, v));
  }
  return true;
}

/** The singular values of a matrix of f64 numbers, descending, correctly rounded but for the smallest. */
export function spectrumOf(a: Matrix): Float64Array {
  const { m, n, values } = a.m >= a.n ? a : transposed(a);
  const e = leveling(values);
  const x = leveled(values, e);
  const columns = Array.from({ length: n }, (_, j) => Array.from({ length: m }, (_, i) => pair(x[i * n + j]!)));
  let moved = true;
  for (let sweep = 0; moved; sweep++) {
    if (sweep === SWEEPS) throw new Error(`jacobi: ${SWEEPS} sweeps are enough`);
    moved = false;
    for (let j = 0; j < n; j++) {
      for (let k = j + 1; k < n; k++) if (rotate(columns[j]!, columns[k]!)) moved = true;
    }
  }
  const norms = columns.map((column) => timesPower(root(dot(column, column)).hi, -e));
  return Float64Array.from(norms).sort().reverse();
}
