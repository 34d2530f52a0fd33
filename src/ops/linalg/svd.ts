/** Singular value decomposition. About 20 m n k operations with vectors, k = min(m, n), a fifth of it for values alone. */

import { FormatError } from '../../errors.ts';
import { gesvd } from '../../kernels/gesvd.ts';
import { gesvj } from '../../kernels/gesvj.ts';
import { dataSync } from '../../tensor/read.ts';
import { recordingDepth } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { contiguous } from '../contiguous.ts';
import { applyAll, type Op } from '../op.ts';
import { slice } from '../slice.ts';
import { type Cut, checkCut, checkOneCut, cutOf } from './cut.ts';
import { checkFinite, checkRange, inOneScope, matricesOf } from './matrices.ts';
import { svdGrad } from './svdGrad.ts';

export type SvdMethod = 'golubKahan' | 'jacobi';

const methods: Readonly<Record<SvdMethod, typeof gesvd>> = { golubKahan: gesvd, jacobi: gesvj };

export interface SvdOptions extends Cut {
  /**
   * `golubKahan` (the default) is the faster one, with errors of a few ulp of the largest singular value. `jacobi` finds
   * small singular values of a matrix whose columns differ in size to a few ulp of themselves.
   */
  readonly method?: SvdMethod;
}

/** A = U diag(S) Vt. */
export interface Svd {
  readonly U: Tensor;
  readonly S: Tensor;
  readonly Vt: Tensor;
}

interface Attrs {
  readonly method: SvdMethod;
  readonly vectors: boolean;
}

/** Results S, U, Vt, or S alone. */
const svdOp: Op<Attrs> = {
  name: 'svd',
  infer([a], { vectors }) {
    const { m, n, lead, dtype } = matricesOf('svd', a!);
    const k = Math.min(m, n);
    const S = { shape: [...lead, k], dtype };
    return vectors ? [S, { shape: [...lead, m, k], dtype }, { shape: [...lead, k, n], dtype }] : [S];
  },
  forward([S, U, Vt], [a], { method, vectors }, on) {
    const { batch, m, n } = matricesOf('svd', a!);
    on.run(methods[method], a!.dtype, {
      ...{ batch, m, n, vectors: vectors ? 1 : 0 },
      ...{ A: a!.operand(), U: U?.operand() ?? null, S: S!.operand(), Vt: Vt?.operand() ?? null },
    });
  },
  vjp: ([gS, gU, gVt], { outs: [S, U, Vt] }) => [
    svdGrad({ U: U!, S: S!, Vt: Vt! }, { gU: gU ?? null, gS: gS ?? null, gVt: gVt ?? null }),
  ],
};

function checkMethod(op: string, method: string): void {
  if (Object.hasOwn(methods, method)) return;
  throw new FormatError(
    op,
    `a method is one of ${Object.keys(methods).join(', ')}`,
    `'${method}'`,
    'choose one of them',
  );
}

/**
 * A [..., m, n] = U diag(S) Vt with orthonormal columns in U [..., m, k] and rows in Vt [..., k, n], and S [..., k]
 * descending and >= 0, k = min(m, n). The largest entry of each column of U is positive, the first where several are
 * equal. `rank` keeps the first singular values, `eps` the fewest whose rest weighs at most eps times the Frobenius norm
 * of A (for one matrix, not for a batch); at least one.
 * The gradient is that of Townsend (2016). A loss should not depend on how vectors of equal singular values are turned:
 * such turns, and those of vectors of zeros, get no gradient. truncate() is free of this.
 * Throws ShapeError for orders below 2, DtypeError for integers, NonFiniteError for NaN and Infinity and for a singular
 * value that overflows, RankError for a rank or eps that is none, FormatError for an unknown method.
 */
export function svd(a: Tensor, options: SvdOptions = {}): Svd {
  return svdFor('svd', a, options);
}

/** As svd(), for an operation that errors are to name. */
export function svdFor(op: string, a: Tensor, { rank, eps, method = 'golubKahan' }: SvdOptions = {}): Svd {
  const { m, n, batch } = matricesOf(op, a);
  checkMethod(op, method);
  checkCut(op, { rank, eps });
  checkOneCut(op, { eps }, batch);
  return inOneScope(() => {
    const top = checkFinite(op, a);
    const [S, U, Vt] = applyAll(svdOp, [contiguous(a)], { method, vectors: true });
    checkRange(op, S!, a, top);
    const most = Math.min(m, n, rank ?? Number.POSITIVE_INFINITY);
    const r = eps === undefined ? most : cutOf(dataSync(S!), { rank, eps });
    return { U: leading(U!, a.order - 1, r), S: leading(S!, a.order - 2, r), Vt: leading(Vt!, a.order - 2, r) };
  });
}

/** The first r elements along a mode, in a tensor of its own. */
export function leading(x: Tensor, mode: number, r: number): Tensor {
  if (x.shape[mode] === r) return x;
  return contiguous(slice(x, [...new Array<null>(mode).fill(null), [0, r]]));
}

/**
 * The singular values [..., k] of a [..., m, n], descending. Vectors are formed only where the gradient is asked for. It is
 * U diag(g) Vt: for functions that treat all singular values alike it is right where some are equal. Throws as svd().
 */
export function singularValues(a: Tensor, options: Pick<SvdOptions, 'method'> = {}): Tensor {
  return singularValuesFor('singularValues', a, options);
}

/** As singularValues(), for an operation that errors are to name. */
export function singularValuesFor(
  op: string,
  a: Tensor,
  { method = 'golubKahan' }: Pick<SvdOptions, 'method'> = {},
): Tensor {
  matricesOf(op, a);
  checkMethod(op, method);
  return inOneScope(() => {
    const top = checkFinite(op, a);
    const vectors = recordingDepth() > 0 && a.tape !== null;
    const [S] = applyAll(svdOp, [contiguous(a)], { method, vectors });
    checkRange(op, S!, a, top);
    return S!;
  });
}
