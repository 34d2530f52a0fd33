/** The blocks of W and b, from sums over examples; both are written as changes, which rounding harms less than values. */

import { ulps } from '../../dtype.ts';
import { add, mul, sub } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { diagonal } from '../../ops/einsum/diagonal.ts';
import { cholesky } from '../../ops/linalg/cholesky.ts';
import { matmul } from '../../ops/matmul.ts';
import { max } from '../../ops/reduce.ts';
import { transpose } from '../../ops/transpose.ts';
import { eye } from '../../tensor/create.ts';
import { item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { solveWith } from './auxiliary.ts';
import { compressed, isLowRank, type Layer, type Net, setWeight, squares } from './net.ts';
import type { Statistics } from './statistics.ts';

/**
 * W: min rho/2 |U - b - V W'|^2 + alpha/2 |W - W_old|^2 + tau/2 |W - T|^2, T the low-rank weight where there is one. With
 * R = U - b - V W_old': W = W_old + (rho R'V + tau (T - W_old)) (rho V'V + (alpha + tau) I)^-1. The proximal weight is at
 * least the rounding of V'V in single precision: below that its small eigenvalues are noise. Returns the change.
 */
export function weightBlock(net: Net, layer: Layer, statistics: Statistics): Tensor {
  const { rho, tau, tally } = net;
  const delta = scope(() => {
    const gram = cast(statistics.gram, 'f64');
    const n = gram.shape[0]!;
    const rounding = 8 * Math.sqrt(n) * ulps.f32 * rho * item(max(diagonal(gram, 0, 1)));
    const alpha = Math.max(net.alpha, rounding);
    const pull = mul(statistics.cross, rho);
    const apart = isLowRank(layer) ? sub(compressed(layer), layer.W) : null;
    if (apart !== null) tally.objective += (tau / 2) * squares(apart);
    const B = apart === null ? pull : add(pull, mul(apart, tau));
    const weight = alpha + (apart === null ? 0 : tau);
    const L = cholesky(add(mul(gram, rho), mul(eye(n, 'f64'), weight)));
    return cast(transpose(solveWith(L, cast(transpose(B), 'f64'))), 'f32');
  });
  tally.change += squares(delta);
  setWeight(layer, add(layer.W, delta));
  return delta;
}

/** b: min rho/2 |U - b - V W'|^2 + alpha/2 |b - b_old|^2 with the new W, `delta` away from the one of the statistics; null: the same. */
export function biasBlock(
  { rho, alpha, count, tally }: Net,
  layer: Layer,
  statistics: Statistics,
  delta: Tensor | null,
): void {
  if (layer.bias === null) return;
  const { residualSum, inputSum } = statistics;
  const left = delta === null ? residualSum : sub(residualSum, matmul(delta, inputSum));
  const step = mul(left, rho / (rho * count + alpha));
  tally.change += squares(step);
  layer.bias = add(layer.bias, step);
}
