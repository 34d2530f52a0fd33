/** rankwise's Tucker decompositions as an implementation under test, in one dtype on one backend. */

import type { Backend } from '../../src/backend/backend.ts';
import * as tucker from '../../src/decompose/tucker/index.ts';
import type { Real } from '../../src/dtype.ts';
import { modeProduct } from '../../src/ops/unfold.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { Dense } from '../../src/testing/dense.ts';
import type { Tuckers } from '../laws/tucker.ts';
import { leakFree } from './leaks.ts';

const units: Readonly<Record<Real, number>> = { f32: 2 ** -24, f64: 2 ** -53 };

export const get = (x: Tensor): Dense => ({ shape: x.shape, values: Float64Array.from(dataSync(x)) });
export const put = ({ shape, values }: Dense, dtype: Real): Tensor => tensor(values, shape, dtype);

/** Every call runs on `on` and leaves no block behind. */
export function tuckersOn(on: Backend, dtype: Real): Tuckers {
  return {
    unit: units[dtype],
    decompose: (a, { method, eps, rank }) =>
      leakFree(on, () => {
        const options = { method, ...(eps === undefined ? {} : { eps }), ...(rank === undefined ? {} : { rank }) };
        const x = tucker.decompose(put(a, dtype), options);
        const factors = a.shape.map((_, k) => get(x.parts[`factor${k}`]!));
        return { core: get(x.parts.core!), factors, error: x.report.error, history: x.report.history };
      }),
    modeProduct: (a, u, mode) => leakFree(on, () => get(modeProduct(put(a, dtype), put(u, dtype), mode))),
  };
}
