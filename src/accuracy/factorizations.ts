/** The factorizations under contract: how each is asked for, and which ratios judge it. */

import type { Real } from '../dtype.ts';
import { lq, qr } from '../ops/linalg/qr.ts';
import { type SvdMethod, singularValues, svd } from '../ops/linalg/svd.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { lqRatios, qrRatios, type Ratios, svdRatios, valuesRatio } from './factorRatios.ts';
import type { Matrix } from './matrix.ts';
import { distance } from './ratios.ts';
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
export function read(x: Tensor): Matrix {
  return { m: x.shape[0]!, n: x.shape[1]!, values: dataSync(x) };
}

/** The greater ratio of each quantity. */
export function worst(...all: readonly Ratios[]): Ratios {
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

function ofQr(a: Matrix, { Q, R }: { Q: Tensor; R: Tensor }, dtype: Real): Ratios {
  return qrRatios(a, { Q: read(Q), R: read(R) }, dtype);
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

export const factorizations: readonly Factorization[] = [
  {
    name: 'qr',
    call: (x) => [qr(x), qr(x, { full: true })],
    judge: (a, x) => worst(ofQr(a, qr(x), a.dtype), ofQr(a, qr(x, { full: true }), a.dtype)),
  },
  {
    name: 'lq',
    call: lq,
    judge(a, x) {
      const { L, Q } = lq(x);
      return renamed(lqRatios(a, { L: read(L), Q: read(Q) }, a.dtype), 'qr', 'lq');
    },
  },
  svdBy('svd', 'golubKahan'),
  svdBy('jacobi', 'jacobi'),
];
