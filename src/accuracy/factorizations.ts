/** The factorizations under contract: how each is asked for, and which ratios judge it. */

import { cholesky } from '../ops/linalg/cholesky.ts';
import { eigenvalues, eigh } from '../ops/linalg/eigh.ts';
import { lu } from '../ops/linalg/lu.ts';
import { polar } from '../ops/linalg/polar.ts';
import { lq, qr } from '../ops/linalg/qr.ts';
import { qrPivoted } from '../ops/linalg/qrPivoted.ts';
import { randomizedSvd } from '../ops/linalg/randomizedSvd.ts';
import { type SvdMethod, singularValues, svd } from '../ops/linalg/svd.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  choleskyRatios,
  eighRatios,
  lqRatios,
  luRatios,
  pivotedRatios,
  polarRatios,
  qrRatios,
  type Ratios,
  sketchRatios,
  svdRatios,
  valuesRatio,
} from './factorRatios.ts';
import type { Matrix } from './matrix.ts';
import { distance } from './ratios.ts';
import { positive, symmetric } from './squares.ts';
import type { ZooMatrix } from './zoo.ts';

/** One way to factorize. */
export interface Factorization {
  readonly name: string;
  /** What it is asked for of this matrix; null where that makes no sense. Default: the matrix itself. */
  readonly operand?: (a: ZooMatrix) => ZooMatrix | null;
  /** The call alone: what must refuse a matrix that is not finite. */
  readonly call: (x: Tensor) => unknown;
  readonly judge: (a: ZooMatrix, x: Tensor) => Ratios;
}

/** A matrix read from a tensor of order 2. */
function read(x: Tensor): Matrix {
  return { m: x.shape[0]!, n: x.shape[1]!, values: dataSync(x) };
}

/** The greater ratio of each quantity. */
function worst(...all: readonly Ratios[]): Ratios {
  const most: Record<string, number> = {};
  for (const ratios of all) {
    for (const quantity in ratios) most[quantity] = Math.max(most[quantity] ?? 0, ratios[quantity]!);
  }
  return most;
}

/** Ratios under the names of another factorization. */
function renamed(ratios: Ratios, from: string, to: string): Ratios {
  return Object.fromEntries(Object.entries(ratios).map(([name, ratio]) => [name.replace(from, to), ratio]));
}

function ofQr(a: ZooMatrix, { Q, R }: { Q: Tensor; R: Tensor }): Ratios {
  return qrRatios(a, { Q: read(Q), R: read(R) }, a.dtype);
}

function svdBy(name: string, method: SvdMethod): Factorization {
  return {
    name,
    call: (x) => [svd(x, { method }), singularValues(x, { method })],
    judge(a, x) {
      const { dtype } = a;
      const { U, S, Vt } = svd(x, { method });
      const s = dataSync(S);
      const alone = dataSync(singularValues(x, { method }));
      return {
        ...renamed(svdRatios(a, { U: read(U), S: s, Vt: read(Vt) }, dtype), 'svd', name),
        [`${name}.partial`]: distance(alone, s, Math.max(1, Math.min(a.m, a.n)), dtype),
        ...(a.sigma === undefined ? {} : { [`${name}.values`]: valuesRatio(a, s, a.sigma, dtype) }),
      };
    },
  };
}

/** All but the subnormal matrices, of which these promise nothing: their sums round at every step. */
const normal = (a: ZooMatrix): ZooMatrix | null => (a.name === 'denorm' ? null : a);

/** Types with spectra that decay within their length. */
const DECAYING = ['mode1', 'mode3', 'mode5', 'rank1', 'hilbert', 'vandermonde', 'rowGraded', 'colGraded', 'twoCluster'];
/** The part of min(m, n) that a sketch keeps, above the half that is large in twoCluster. */
const KEPT = 0.6;

export const factorizations: readonly Factorization[] = [
  {
    name: 'qr',
    call: (x) => [qr(x), qr(x, { full: true })],
    judge: (a, x) => worst(ofQr(a, qr(x)), ofQr(a, qr(x, { full: true }))),
  },
  {
    name: 'lq',
    call: lq,
    judge(a, x) {
      const { L, Q } = lq(x);
      return renamed(lqRatios(a, { L: read(L), Q: read(Q) }, a.dtype), 'qr', 'lq');
    },
  },
  {
    name: 'qrp',
    call: qrPivoted,
    judge(a, x) {
      const { Q, R, permutation } = qrPivoted(x);
      const factors = { Q: read(Q), R: read(R), permutation: dataSync(permutation) };
      // Of a rank below min(m, n) the rest are zeros.
      const values = new Float64Array(Math.min(a.m, a.n));
      const size = Math.max(1, a.m, a.n);
      values.set(dataSync(singularValues(R)));
      return {
        ...pivotedRatios(a, factors, a.dtype),
        // The elements of a subnormal R are rounded before it is decomposed.
        'qrp.values': distance(values, dataSync(singularValues(x)), size, a.dtype, size),
      };
    },
  },
  svdBy('svd', 'golubKahan'),
  svdBy('jacobi', 'jacobi'),
  {
    name: 'eigh',
    operand: symmetric,
    call: (x) => [eigh(x), eigenvalues(x)],
    judge(a, x) {
      const { values, vectors } = eigh(x);
      const w = dataSync(values);
      const size = Math.max(1, a.n);
      return {
        ...eighRatios(a, { values: w, vectors: read(vectors) }, a.dtype),
        'eigh.partial': distance(dataSync(eigenvalues(x)), w, size, a.dtype),
        ...(a.sigma === undefined ? {} : { 'eigh.values': distance(w, a.sigma, size, a.dtype) }),
      };
    },
  },
  {
    name: 'cholesky',
    operand: positive,
    call: cholesky,
    judge: (a, x) => choleskyRatios(a, read(cholesky(x)), a.dtype),
  },
  {
    name: 'lu',
    operand: normal,
    call: lu,
    judge(a, x) {
      const { L, U, permutation } = lu(x);
      return luRatios(a, { L: read(L), U: read(U), permutation: dataSync(permutation) }, a.dtype);
    },
  },
  {
    name: 'polar',
    operand: normal,
    call: polar,
    judge(a, x) {
      const { U, P } = polar(x);
      return polarRatios(a, { U: read(U), P: read(P) }, a.dtype);
    },
  },
  {
    name: 'sketch',
    operand: (a) => (a.refused || (DECAYING.includes(a.name) && Math.min(a.m, a.n) > 1) ? a : null),
    call: (x) => randomizedSvd(x, { rank: 1 }),
    judge(a, x) {
      const rank = Math.ceil(KEPT * Math.min(a.m, a.n));
      const { U, S, Vt } = randomizedSvd(x, { rank, seed: 1 });
      const factors = { U: read(U), S: dataSync(S), Vt: read(Vt) };
      return sketchRatios(a, factors, dataSync(singularValues(x)), a.dtype);
    },
  },
];
