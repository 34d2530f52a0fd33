/**
 * The gradient of TT rounding. Its truncations depend on a core and on what lies to its right only through the projector on
 * the leading left singular vectors of their product, so the gradient holds where kept singular values are equal, and
 * where cores have more ranks than the tensor. Orthonormal factors are constants: to first order W W' of what lies to the
 * right is L L' for L = W Q', Q being that of today.
 */

import { type Real, ulps } from '../dtype.ts';
import { BackendError } from '../errors.ts';
import { add, mul, sub } from '../ops/binary.ts';
import { stopGradient, vjp } from '../ops/grad.ts';
import { composed } from '../ops/linalg/composed.ts';
import { svd } from '../ops/linalg/svd.ts';
import { truncate } from '../ops/linalg/truncatedSvd.ts';
import { matmul } from '../ops/matmul.ts';
import { apply, type Op } from '../ops/op.ts';
import { sum } from '../ops/reduce.ts';
import { expandDims, reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { swapAxes } from '../ops/transpose.ts';
import { eye, ones, tensor } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import { recordingDepth, scope, unrecorded } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { gaugeOf, timesLeft, timesRight } from './gauge.ts';

/**
 * The results of `forward`, rounded cores [r, n, s] with orthonormal columns in all but the last, as functions of the
 * cores of the train that it rounds.
 */
export function withGradient(cores: readonly Tensor[], forward: () => readonly Tensor[]): readonly Tensor[] {
  const pull: Op<unknown>['vjp'] = (gs, { inputs, outs }) => {
    const loss = (...xs: Tensor[]): Tensor => {
      const terms = again(xs, outs).flatMap((y, k) => (gs[k] ? [sum(mul(y, gs[k]))] : []));
      return terms.reduce((a, b) => add(a, b));
    };
    const one = ones([], cores[0]!.dtype);
    const gradients = unrecorded(() => scope(() => vjp(loss, inputs.map(stopGradient), one).gradients));
    if (recordingDepth() === 0) return gradients;
    const origins = [...gs.flatMap((g) => g ?? []), ...inputs];
    return gradients.map((x) => apply(firstOrder, [x, ...origins], undefined));
  };
  return composed({ name: 'round', vjp: pull }, cores, forward);
}

/** A gradient that has none itself, of what its other operands say. */
const firstOrder: Op = {
  name: 'round',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  view: stopGradient,
  vjp() {
    throw new BackendError('round', 'its gradient is not differentiated', 'a second gradient', 'use truncate()');
  },
};

/** The rounded cores near `rounded` that belong to cores near those of today. */
function again(cores: readonly Tensor[], rounded: readonly Tensor[]): Tensor[] {
  const last = cores.length - 1;
  const right = unrecorded(() => gaugeOf('round', { cores: cores.map(stopGradient) }, 0).cores);
  // L[k] [R, q]: what lies behind core k, by the basis that `right` is.
  const L = new Array<Tensor>(cores.length);
  for (let k = last; k > 0; k--) {
    const carried = k === last ? cores[k]! : timesRight(cores[k]!, L[k]!);
    const [R, n, q] = carried.shape as [number, number, number];
    L[k - 1] = matmul(reshape(carried, [R, n * q]), swapAxes(reshape(right[k]!, [-1, n * q]), 0, 1));
  }
  const result: Tensor[] = [];
  let center = cores[0]!;
  for (let k = 0; k < last; k++) {
    const [r, n, R] = center.shape as [number, number, number];
    const matrix = reshape(center, [r * n, R]);
    const U = basis(matmul(matrix, L[k]!), reshape(rounded[k]!, [r * n, -1]));
    result.push(reshape(U, [r, n, U.shape[1]!]));
    center = timesLeft(matmul(swapAxes(U, 0, 1), matrix), cores[k + 1]!);
  }
  return [...result, center];
}

/**
 * U [m, r], as a function of M [m, q] whose leading left singular vectors span the same space: the truncation of M times
 * a constant, made orthonormal. What is not of that space, because singular values vanish, stays as it is.
 */
function basis(M: Tensor, U: Tensor): Tensor {
  const rank = U.shape[1]!;
  const own = matmul(truncate(M, { rank }), factorOf(M, U));
  const turned = add(stopGradient(U), sub(own, stopGradient(own)));
  // U'U = I + E, whose inverse root is I - E / 2 to first order.
  const root = mul(sub(mul(eye(rank, U.dtype), 3), matmul(swapAxes(turned, 0, 1), turned)), 0.5);
  return matmul(turned, root);
}

/** The constant X with U = P X for the truncation P of M, but for vanishing singular values. */
function factorOf(M: Tensor, U: Tensor): Tensor {
  return unrecorded(() => {
    const found = svd(stopGradient(M));
    const rank = U.shape[1]!;
    const S = dataSync(found.S).subarray(0, rank);
    const noise = Math.max(...M.shape) * ulps[M.dtype as Real] * (S[0] ?? 0);
    const inverse = tensor(
      S.map((s) => (s > noise ? 1 / s : 0)),
      [S.length],
    );
    const [V, left] = [slice(found.Vt, [[0, rank]]), slice(found.U, [null, [0, rank]])];
    const weighted = mul(swapAxes(V, 0, 1), expandDims(inverse, 0));
    return matmul(weighted, matmul(swapAxes(left, 0, 1), U));
  });
}
