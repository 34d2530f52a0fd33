/**
 * What ADMM keeps beside each weight W (Yin, Sui, Liao, Yuan 2021, arXiv:2107.12422, equations 8 to 11): a copy Z of the
 * wanted ranks, and the scaled dual U, which adds up by how much the two miss each other.
 */

import { full } from '../formats/algebra.ts';
import type { Params } from '../nn/module.ts';
import { add, mul, sub } from '../ops/binary.ts';
import { sumSquares } from '../ops/reduce.ts';
import { stateKey } from '../optim/step.ts';
import { zeros } from '../tensor/create.ts';
import { item } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { leavesOf } from '../tree.ts';
import { lowered } from './forms.ts';
import type { Planned } from './plan.ts';

/** Copies and duals by weight, with '/' for '.' in paths. */
export interface Duals {
  readonly copies: Readonly<Record<string, Tensor>>;
  readonly duals: Readonly<Record<string, Tensor>>;
}

/**
 * Z <- proj(W + U), U <- U + W - Z for all weights; at first Z = proj(W) and U = 0, since ADMM moves W before U. `residual`
 * is |W - proj(W)| / |W| over all of them. Two decompositions a weight. Host reads.
 */
export function updatedDuals(weights: readonly Planned[], before?: Duals): Duals & { readonly residual: number } {
  const copies: Record<string, Tensor> = {};
  const duals: Record<string, Tensor> = {};
  let [missed, energy] = [0, 0];
  for (const planned of weights) {
    const W = planned.weight;
    const key = stateKey(planned.site.nodePath);
    const next = scope(() => {
      const own = lowered(W, planned);
      const size = item(sumSquares(W));
      const error = own.report.error;
      const U = before?.duals[key];
      if (U === undefined) return { Z: full(own), U: zeros(W.shape, W.dtype), size, error };
      const wanted = add(W, U);
      const Z = full(lowered(wanted, planned));
      return { Z, U: sub(wanted, Z), size, error };
    });
    copies[key] = next.Z;
    duals[key] = next.U;
    energy += next.size;
    missed += next.size * next.error * next.error;
  }
  return { copies, duals, residual: energy === 0 ? 0 : Math.sqrt(missed / energy) };
}

/** The penalty rho / 2 times the sum of |W - Z + U|^2. */
export function penaltyOf(params: Params, { copies, duals }: Duals, rho: number): Tensor {
  const leaves = leavesOf<Tensor>(params);
  const terms = Object.entries(copies).map(([key, Z]) => {
    const W = leaves.get(key.replaceAll('/', '.'))!;
    return sumSquares(add(sub(W, Z), duals[key]!));
  });
  return mul(
    terms.reduce((a, b) => add(a, b)),
    rho / 2,
  );
}

/** Duals for a penalty that has grown by a factor: the unscaled ones, rho U, stay (Boyd et al. 2011, section 3.4.1). */
export function rescaled({ copies, duals }: Duals, factor: number): Duals {
  return { copies, duals: Object.fromEntries(Object.entries(duals).map(([key, U]) => [key, mul(U, 1 / factor)])) };
}
