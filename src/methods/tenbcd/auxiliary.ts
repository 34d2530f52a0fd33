/**
 * The blocks of V and U, chunk by chunk of examples (Zeng, Lau, Lin, Yao 2019, algorithm 1; Li & Shen 2023). V_i is a least
 * squares problem with one matrix for all examples, U_i and V_N fall into single numbers.
 */

import { add, mul, sub } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { cholesky } from '../../ops/linalg/cholesky.ts';
import { triangularSolve } from '../../ops/linalg/triangularSolve.ts';
import { matmul } from '../../ops/matmul.ts';
import { transpose } from '../../ops/transpose.ts';
import { eye, own } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type ChunkBlock, inputOf, type Layer, minus, type Net, plus, putChunk, shortcutOf, squares } from './net.ts';
import type { Statistics } from './statistics.ts';

/** V_N: min R(V) + gamma/2 |V - s|^2 + alpha/2 |V - V_old|^2 with s = activation(U_N) [+ shortcut]. */
export function outputBlock(net: Net): ChunkBlock {
  const { layers, gamma, alpha, fit, tally } = net;
  const last = layers.length - 1;
  const layer = layers[last]!;
  const size = layer.W.shape[0]!;
  return (chunk, x) => {
    const V = layer.V[chunk]!;
    const s = plus(layer.rule.value(layer.U[chunk]!), shortcutOf(net, last, chunk, x));
    const kappa = gamma + alpha;
    const values = dataSync(add(mul(s, gamma / kappa), mul(V, alpha / kappa))) as Float32Array;
    const targets = dataSync(net.targets[chunk]!);
    tally.objective += fit.value(dataSync(V), targets, size) + (gamma / 2) * squares(sub(V, s));
    fit.prox(values, targets, size, kappa);
    const next = own(values, V.shape);
    tally.change += squares(sub(next, V));
    putChunk(layer.V, chunk, next);
    return [next];
  };
}

/**
 * V_i, i < N: min gamma/2 sum over t of |V - t|^2 + rho/2 |U_{i+1} - b - V W'|^2, where the t are activation(U_i) [+ shortcut],
 * and V_j - activation(U_j) for every later layer j whose shortcut V_i is. With the mean s of m of them and q = U - b - s W':
 * V = s + q K.
 */
export function hiddenBlock(net: Net, k: number): ChunkBlock {
  const { layers, gamma, tally } = net;
  const [layer, after] = [layers[k]!, layers[k + 1]!];
  const heirs = layers.flatMap(({ link }, j) => (link.skip === k ? [j] : []));
  const count = 1 + heirs.length;
  const K = scope(() => solution(after.W, count * gamma, net.rho));
  const Wt = transpose(after.W);
  return (chunk, x) => {
    const V = layer.V[chunk]!;
    const mine = plus(layer.rule.value(layer.U[chunk]!), shortcutOf(net, k, chunk, x));
    tally.objective += (gamma / 2) * squares(sub(V, mine));
    const all = heirs.reduce((sum, j) => add(sum, sub(layers[j]!.V[chunk]!, activated(layers[j]!, chunk))), mine);
    const s = count === 1 ? all : mul(all, 1 / count);
    const q = sub(minus(after.U[chunk]!, after.bias), matmul(s, Wt));
    const next = add(s, matmul(q, K));
    tally.change += squares(sub(next, V));
    putChunk(layer.V, chunk, next);
    return [next];
  };
}

function activated({ rule, U }: Layer, chunk: number): Tensor {
  return rule.value(U[chunk]!);
}

/**
 * K = rho (g I + rho W W')^-1 W = rho W (g I + rho W'W)^-1, [out, in], with the smaller of the two matrices, in double
 * precision: rho W'W may be many times g.
 */
function solution(W: Tensor, g: number, rho: number): Tensor {
  const [out, inputs] = W.shape as [number, number];
  const A = cast(W, 'f64');
  const M = out <= inputs ? A : transpose(A);
  const n = Math.min(out, inputs);
  const L = cholesky(add(mul(matmul(M, transpose(M)), rho), mul(eye(n, 'f64'), g)));
  const K = mul(solveWith(L, M), rho);
  return cast(out <= inputs ? K : transpose(K), 'f32');
}

/** (L L')^-1 B. */
export function solveWith(L: Tensor, B: Tensor): Tensor {
  return triangularSolve(L, triangularSolve(L, B), { transpose: true });
}

/**
 * U_i, element by element: min gamma/2 (V_i - activation(U) [- shortcut])^2 + rho/2 (U - P)^2 + alpha/2 (U - U_old)^2 with
 * P = W V_{i-1} + b. What W and b are fitted to is gathered on the way, null where both are frozen. The output's U without activation needs no proximal
 * term.
 */
export function linearBlock(net: Net, k: number, statistics: Statistics | null): ChunkBlock {
  const { layers, gamma, rho, tally } = net;
  const layer = layers[k]!;
  const isPlain = k === layers.length - 1 && layer.link.activation === 'identity';
  const alpha = isPlain ? 0 : net.alpha;
  const Wt = transpose(layer.W);
  return (chunk, x) => {
    const old = layer.U[chunk]!;
    const v = inputOf(net, k, chunk, x);
    const p = plus(matmul(v, Wt), layer.bias);
    tally.objective += (rho / 2) * squares(sub(old, p));
    const a = minus(layer.V[chunk]!, shortcutOf(net, k, chunk, x));
    const next = layer.rule.update({ a, p, old, gamma, rho, alpha });
    tally.change += squares(sub(next, old));
    putChunk(layer.U, chunk, next);
    return [next, ...(statistics?.add(sub(next, p), v) ?? [])];
  };
}
