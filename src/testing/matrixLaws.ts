/** The accuracy contract as laws: factorizations of plain matrices, by whom ever they are made. */

import fc from 'fast-check';
import { choleskyRatios, eighRatios, qrRatios, type Ratios, svdRatios, valuesRatio } from '../accuracy/factorRatios.ts';
import { limitOf } from '../accuracy/limits.ts';
import type { Matrix } from '../accuracy/matrix.ts';
import { distance } from '../accuracy/ratios.ts';
import { positive, symmetric } from '../accuracy/squares.ts';
import type { ZooMatrix } from '../accuracy/zoo.ts';
import type { Real } from '../dtype.ts';
import { atMost, type Law, type LawOf, type LawOptions, lawsFor } from './law.ts';
import { refusedNames, zooMatrices } from './matrices.ts';

/** Factorizations of row-major matrices, k = min(m, n). All are optional: laws of what is missing are skipped. */
export interface MatrixImpl {
  /** A = U diag(S) Vt: U m x k, S descending, Vt k x n. */
  readonly svd?: (a: Matrix) => { readonly U: Matrix; readonly S: ArrayLike<number>; readonly Vt: Matrix };
  /** S alone. */
  readonly singularValues?: (a: Matrix) => ArrayLike<number>;
  /** A = Q R: Q m x k, R k x n with a diagonal >= 0. */
  readonly qr?: (a: Matrix) => { readonly Q: Matrix; readonly R: Matrix };
  /** A = vectors diag(values) vectors^T of a symmetric A, ascending. */
  readonly eigh?: (a: Matrix) => { readonly values: ArrayLike<number>; readonly vectors: Matrix };
  /** The lower triangular L with A = L L^T of a positive definite A. */
  readonly cholesky?: (a: Matrix) => Matrix;
}

/** Throws where a ratio is above the contract. */
function keep(a: Matrix, ratios: Ratios): void {
  for (const quantity in ratios) atMost(ratios[quantity]!, limitOf(quantity, Math.min(a.m, a.n)).limit, quantity);
}

/** A law about all finite matrices of the zoo, or of what is made of them. */
function ofZoo(
  check: (a: ZooMatrix) => void,
  dtype: Real,
  operand: ((a: ZooMatrix) => ZooMatrix | null) | null = null,
): fc.IRawProperty<unknown> {
  return fc.property(zooMatrices({ dtype, square: operand !== null, size: [0, 24] }), (a) => {
    const x = operand === null ? a : operand(a);
    fc.pre(x !== null);
    check(x!);
  });
}

/** Whatever is thrown will do: what counts is that no result comes back, and that the call ends. */
function refuses(call: (a: Matrix) => unknown, dtype: Real): fc.IRawProperty<unknown> {
  return fc.property(zooMatrices({ names: refusedNames, dtype, square: true, size: [1, 24] }), (a) => {
    let made = false;
    try {
      call(a);
      made = true;
    } catch {}
    if (made) throw new Error('a matrix with a NaN or an infinity is refused; got a result');
  });
}

const table: readonly LawOf<MatrixImpl>[] = [
  {
    id: 'SVD1',
    says: 'residual, orthogonality and order keep to the accuracy contract',
    needs: ['svd'],
    property: ({ svd }, dtype) => ofZoo((a) => keep(a, svdRatios(a, svd(a), dtype)), dtype),
  },
  {
    id: 'SVD2',
    says: 'known singular values are found to 5 max(m, n) ulp of the first',
    needs: ['svd'],
    property: ({ svd }, dtype) =>
      ofZoo((a) => {
        if (a.sigma !== undefined) keep(a, { 'svd.values': valuesRatio(a, svd(a).S, a.sigma, dtype) });
      }, dtype),
  },
  {
    id: 'SVD3',
    says: 'values alone are those that come with vectors',
    needs: ['svd', 'singularValues'],
    property: ({ svd, singularValues }, dtype) =>
      ofZoo((a) => {
        const size = Math.max(1, Math.min(a.m, a.n));
        keep(a, { 'svd.partial': distance(singularValues(a), svd(a).S, size, dtype) });
      }, dtype),
  },
  {
    id: 'SVD4',
    says: 'a matrix with a NaN or an infinity is refused',
    needs: ['svd'],
    property: ({ svd }, dtype) => refuses(svd, dtype),
  },
  {
    id: 'QR1',
    says: 'residual, orthogonality and triangle keep to the accuracy contract',
    needs: ['qr'],
    property: ({ qr }, dtype) => ofZoo((a) => keep(a, qrRatios(a, qr(a), dtype)), dtype),
  },
  {
    id: 'QR2',
    says: 'a matrix with a NaN or an infinity is refused',
    needs: ['qr'],
    property: ({ qr }, dtype) => refuses(qr, dtype),
  },
  {
    id: 'EIGH1',
    says: 'residual, orthogonality and order keep to the accuracy contract',
    needs: ['eigh'],
    property: ({ eigh }, dtype) => ofZoo((a) => keep(a, eighRatios(a, eigh(a), dtype)), dtype, symmetric),
  },
  {
    id: 'EIGH2',
    says: 'a matrix with a NaN or an infinity is refused',
    needs: ['eigh'],
    property: ({ eigh }, dtype) => refuses(eigh, dtype),
  },
  {
    id: 'CHOL1',
    says: 'the residual keeps to the accuracy contract',
    needs: ['cholesky'],
    property: ({ cholesky }, dtype) => ofZoo((a) => keep(a, choleskyRatios(a, cholesky(a), dtype)), dtype, positive),
  },
];

/**
 * The accuracy contract over the zoo for an implementation of one's own:
 * `for (const { name, property } of matrixLaws({ svd })) test(name, () => fc.assert(property));`
 */
export function matrixLaws(impl: MatrixImpl, options: LawOptions = {}): Law[] {
  return lawsFor('matrixLaws', table, impl, impl as Required<MatrixImpl>, options);
}
