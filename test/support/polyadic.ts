/** rankwise's CP tensors as an implementation under test, in one dtype on one backend, and samples of factors. */

import type { Backend } from '../../src/backend/backend.ts';
import type { Real } from '../../src/dtype.ts';
import * as cp from '../../src/decompose/cp/index.ts';
import type { Factored } from '../../src/formats/network.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { Ask, Polyadic } from '../laws/cp.ts';
import type { Dense } from '../laws/cpDense.ts';
import { leakFree } from './leaks.ts';
import { noiseOf } from './trains.ts';

export { borderRank, collinear } from '../../src/testing/cp/samples.ts';

const units: Readonly<Record<Real, number>> = { f32: 2 ** -24, f64: 2 ** -53 };

/** Every call runs on `on` and leaves no block behind. */
export function polyadicOn(on: Backend, dtype: Real): Polyadic<Factored> {
  const run = <R>(body: () => R): R => leakFree(on, body);
  const put = ({ shape, values }: Dense): Tensor => tensor(values, shape, dtype);
  const get = (x: Tensor): Dense => ({ shape: x.shape, values: Float64Array.from(dataSync(x)) });
  const optionsOf = ({ init, mask, ...ask }: Ask): cp.CpOptions => ({
    ...ask,
    ...(init === undefined ? {} : { init: typeof init === 'string' ? init : cp.fromFactors(init.map(put)) }),
    ...(mask === undefined ? {} : { mask: put(mask) }),
  });
  return {
    unit: units[dtype],
    decompose: (a, ask) =>
      run(() => {
        const x = cp.decompose(put(a), optionsOf(ask));
        const { error, history, warnings } = x.report;
        return { x, error, history, warnings };
      }),
    factors: (x) => Object.values(x.parts).map(get),
    fromFactors: (factors) => run(() => cp.fromFactors(factors.map(put))),
    normalize: (x) =>
      run(() => {
        const { weights, factors } = cp.normalize(x);
        return { weights: [...dataSync(weights)], factors: factors.map(get) };
      }),
    match: (x, y) => run(() => cp.factorMatch(x, y)),
    mttkrp: (a, factors, mode) => run(() => get(cp.mttkrp(put(a), factors.map(put), mode))),
    khatriRao: (factors) => run(() => get(cp.khatriRao(...factors.map(put)))),
  };
}

/** Random factors [n_k, rank] with elements in [-1, 1). */
export function factorsOf(modes: readonly number[], rank: number, seed: number, dtype: Real): Dense[] {
  return modes.map((n, k) => noiseOf([n, rank], 1000 * seed + k, dtype));
}
