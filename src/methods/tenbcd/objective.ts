/**
 * The objective, from scratch:
 * F = R(V_N; Y) + gamma/2 sum |V_i - [V_skip] - activation(U_i)|^2 + rho/2 sum |U_i - W_i V_{i-1} - b_i|^2
 *   + tau/2 sum |W_i - full(parts_i)|^2 (Li & Shen 2023).
 */

import { sub } from '../../ops/binary.ts';
import { matmul } from '../../ops/matmul.ts';
import { transpose } from '../../ops/transpose.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import { compressed, inputOf, isLowRank, type Net, overChunks, plus, shortcutOf, squares } from './net.ts';

/** The value of F. As much work as a forward pass with dense weights. */
export function objectiveOf(net: Net): number {
  const { layers, gamma, rho, tau, fit, targets } = net;
  let total = 0;
  overChunks(net, true, [
    (chunk, x) => {
      layers.forEach(({ rule, U, V, W, bias }, k) => {
        const linear = plus(matmul(inputOf(net, k, chunk, x), transpose(W)), bias);
        const active = plus(rule.value(U[chunk]!), shortcutOf(net, k, chunk, x));
        total += (rho / 2) * squares(sub(U[chunk]!, linear)) + (gamma / 2) * squares(sub(V[chunk]!, active));
        if (k < layers.length - 1) return;
        total += fit.value(dataSync(V[chunk]!), dataSync(targets[chunk]!), W.shape[0]!);
      });
      return [];
    },
  ]);
  return scope(() => {
    for (const layer of layers) if (isLowRank(layer)) total += (tau / 2) * squares(sub(compressed(layer), layer.W));
    return total;
  });
}

/** |W - full(parts)| / |W|, the greatest of all low-rank layers: how far predictions are from what was fitted. */
export function distanceOf({ layers }: Pick<Net, 'layers'>): number {
  return scope(() =>
    layers.filter(isLowRank).reduce((most, layer) => {
      const size = squares(layer.W);
      return size === 0 ? most : Math.max(most, Math.sqrt(squares(sub(compressed(layer), layer.W)) / size));
    }, 0),
  );
}
