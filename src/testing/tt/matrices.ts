/** The laws of TT-matrices: chains of cores [r, m, n, s], rows m against columns n (Oseledets 2010). */

import { sizeOf } from '../../shape.ts';
import { type Dense, dense, distance, sumOf } from '../dense.ts';
import { fullOf, productOfNorms } from './cores.ts';
import { atMost, type Trains, ulps } from './laws.ts';

/** What a kind of TT-matrices M can be asked for, beside trains T. */
export interface TrainMatrices<T, M> extends Pick<Trains<T>, 'unit' | 'fromCores' | 'full'> {
  /** Of cores [r, m, n, s], outermost ranks 1 included. */
  matrixFromCores(cores: readonly Dense[]): M;
  /** The matrix [product of m, product of n]. */
  matrixFull(A: M): Dense;
  /** The train A x, modes m. */
  matvec(A: M, x: T): T;
  matrixTranspose(A: M): M;
}

/** The matrix of cores [r, m, n, s]. */
export function matrixOf(cores: readonly Dense[]): Dense {
  // As a train of modes m n, whose digits are then sorted into rows and columns.
  const whole = fullOf(cores.map(({ shape: [r, m, n, s], values }) => ({ shape: [r!, m! * n!, s!], values })));
  const [rows, columns] = [1, 2].map((axis) => cores.map(({ shape }) => shape[axis]!));
  const values = new Float64Array(whole.values.length);
  const width = sizeOf(columns!);
  whole.values.forEach((x, at) => {
    let [i, j, rest, high, wide] = [0, 0, at, 1, 1];
    for (let k = cores.length - 1; k >= 0; k--) {
      const [m, n] = [rows![k]!, columns![k]!];
      const digit = rest % (m * n);
      rest = Math.floor(rest / (m * n));
      i += Math.floor(digit / n) * high;
      j += (digit % n) * wide;
      high *= m;
      wide *= n;
    }
    values[i * width + j] = x;
  });
  return { shape: [sizeOf(rows!), width], values };
}

/** TT7: A x to 10 u d times the norms. */
export function matvecIsProduct<T, M>(impl: TrainMatrices<T, M>, A: readonly Dense[], x: readonly Dense[]): void {
  const [matrix, vector] = [matrixOf(A), fullOf(x)];
  const n = vector.values.length;
  const rows = A.map(({ shape }) => shape[1]!);
  const want = dense(rows, (i) => sumOf(vector.values, (v, k) => matrix.values[i * n + k]! * v));
  const got = impl.full(impl.matvec(impl.matrixFromCores(A), impl.fromCores(x)));
  const bound = ulps(impl, 20) * x.length * productOfNorms(A) * productOfNorms(x);
  atMost(distance({ ...got, shape: rows }, want), bound, 'error of a product with a matrix');
}

/** TT7: the transpose has the rows of A as columns, and none of its numbers changed. */
export function transposeIsTranspose<T, M>(impl: TrainMatrices<T, M>, A: readonly Dense[]): void {
  const { shape, values } = matrixOf(A);
  const [m, n] = shape as [number, number];
  const turned = dense([n, m], (k) => values[(k % m) * n + Math.floor(k / m)]!);
  const bound = ulps(impl, 10) * A.length * productOfNorms(A);
  const got = impl.matrixFull(impl.matrixTranspose(impl.matrixFromCores(A)));
  atMost(distance(got, turned), bound, 'error of a transpose');
}
