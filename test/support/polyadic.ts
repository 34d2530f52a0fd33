/** rankwise's CP tensors as an implementation under test, in one dtype on one backend, and samples of factors. */

import type { Backend } from '../../src/backend/backend.ts';
import type { Real } from '../../src/dtype.ts';
import * as cp from '../../src/decompose/cp/index.ts';
import type { Factored } from '../../src/formats/network.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { Ask, Polyadic } from '../laws/cp.ts';
import { type Dense, dense } from '../laws/cpDense.ts';
import { leakFree } from './leaks.ts';
import { noiseOf } from './trains.ts';

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

/** Factors whose columns have cosines of about `cosine` with one another. */
export function collinear(modes: readonly number[], rank: number, cosine: number, seed: number): Dense[] {
  return modes.map((n, k) => {
    const common = noiseOf([n], 1000 * seed + k, 'f64').values;
    const own = noiseOf([n, rank], 1000 * seed + 500 + k, 'f64').values;
    const away = Math.sqrt(1 - cosine * cosine);
    return dense([n, rank], (at) => cosine * common[Math.floor(at / rank)]! + away * own[at]!);
  });
}

/** a a b + a b a + b a a: of rank 3, but the limit of tensors of rank 2 (De Silva & Lim 2008). */
export function borderRank(n: number, seed: number): Dense[] {
  return [0, 1, 2].map((k) => {
    const [a, b] = [0, 1].map((which) => noiseOf([n], 100 * seed + 10 * k + which, 'f64').values) as [
      Float64Array,
      Float64Array,
    ];
    return dense([n, 3], (at) => (2 - (at % 3) === k ? b : a)[Math.floor(at / 3)]!);
  });
}
