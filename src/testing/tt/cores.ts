/** Tensor trains as lists of cores in plain double numbers. */

import { sizeOf } from '../../shape.ts';
import { type Dense, normOf, sumOf } from '../dense.ts';

/** A [m, n] B [n, p] for matrices given as tensors whose leading and last modes are merged. */
function multiplied(A: Dense, B: Dense): Dense {
  const n = B.shape[0]!;
  const [m, p] = [A.values.length / n, B.values.length / n];
  const values = new Float64Array(m * p);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < p; j++) {
      values[i * p + j] = sumOf(
        { length: n } as ArrayLike<number>,
        (_, k) => A.values[i * n + k]! * B.values[k * p + j]!,
      );
    }
  }
  return { shape: [...A.shape.slice(0, -1), ...B.shape.slice(1)], values };
}

/** The tensor of a train, from the first core to the last. */
export function fullOf(cores: readonly Dense[]): Dense {
  return squeezed(cores.reduce((a, b) => multiplied(a, b)));
}

/** The same by halves. */
export function balancedFullOf(cores: readonly Dense[]): Dense {
  const half = (from: number, to: number): Dense => {
    if (to - from === 1) return cores[from]!;
    const middle = (from + to) >> 1;
    return multiplied(half(from, middle), half(middle, to));
  };
  return squeezed(half(0, cores.length));
}

const squeezed = ({ shape, values }: Dense): Dense => ({ shape: shape.slice(1, -1), values });

export const ranksOfCores = (cores: readonly Dense[]): number[] => cores.slice(1).map(({ shape }) => shape[0]!);
export const modesOfCores = (cores: readonly Dense[]): number[] => cores.map(({ shape }) => shape[1]!);

/** The product of the norms of all cores. */
export const productOfNorms = (cores: readonly Dense[]): number => cores.reduce((n, core) => n * normOf(core), 1);

/** Singular values, descending, of the unfolding of `a` into its first `cut` modes against the others. */
export function unfoldedValues(a: Dense, cut: number): number[] {
  const m = sizeOf(a.shape.slice(0, cut));
  const n = a.values.length / m;
  // Rows of the smaller side, made orthogonal by rotations (one-sided Jacobi).
  const rows =
    m <= n
      ? Array.from({ length: m }, (_, i) => a.values.slice(i * n, (i + 1) * n))
      : Array.from({ length: n }, (_, j) => Float64Array.from({ length: m }, (_, i) => a.values[i * n + j]!));
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let p = 0; p < rows.length; p++) {
      for (let q = p + 1; q < rows.length; q++) turned = rotated(rows[p]!, rows[q]!) || turned;
    }
  }
  return rows.map((row) => normOf({ shape: [row.length], values: row })).sort((x, y) => y - x);
}

function rotated(x: Float64Array, y: Float64Array): boolean {
  const [a, b, c] = [sumOf(x, (v) => v * v), sumOf(y, (v) => v * v), sumOf(x, (v, k) => v * y[k]!)];
  if (Math.abs(c) <= 1e-15 * Math.sqrt(a * b)) return false;
  const zeta = (b - a) / (2 * c);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cos = 1 / Math.sqrt(1 + t * t);
  for (let k = 0; k < x.length; k++) {
    const [u, v] = [x[k]!, y[k]!];
    x[k] = cos * (u - t * v);
    y[k] = cos * (v + t * u);
  }
  return true;
}

/** |I - Q'Q| in the Frobenius norm, for a core [r, n, s] as a matrix [r n, s], or [r, n s] transposed. */
export function lossOfOrthogonality({ shape, values }: Dense, side: 'left' | 'right'): number {
  const [r, s] = [shape[0]!, shape[2]!];
  const k = side === 'left' ? s : r;
  const long = values.length / k;
  const at = (i: number, j: number): number => (side === 'left' ? values[i * s + j]! : values[j * long + i]!);
  const off: number[] = [];
  for (let p = 0; p < k; p++) {
    for (let q = 0; q < k; q++) {
      off.push(sumOf({ length: long } as ArrayLike<number>, (_, i) => at(i, p) * at(i, q)) - (p === q ? 1 : 0));
    }
  }
  return Math.sqrt(sumOf(off, (x) => x * x));
}

/** M [r, r] times a core [r, n, s] from the left, or a core times M [s, s] from the right. */
export function multipliedCore(M: Dense, core: Dense, side: 'left' | 'right'): Dense {
  return side === 'left' ? multiplied(M, core) : multiplied(core, M);
}
