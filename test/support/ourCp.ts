/** rankwise's CP decompositions as what cpLaws() asks for. */

import type { Backend } from '../../src/backend/backend.ts';
import * as cp from '../../src/decompose/cp/index.ts';
import type { Decomposed } from '../../src/decompose/decomposed.ts';
import type { Real } from '../../src/dtype.ts';
import type { Factored } from '../../src/formats/network.ts';
import { sub } from '../../src/ops/binary.ts';
import { grad } from '../../src/ops/grad.ts';
import { sumSquares } from '../../src/ops/reduce.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { CpImpl } from '../../src/testing.ts';
import { leakFree } from './leaks.ts';
import { polyadicOn } from './polyadic.ts';
import { get, put } from './tuckers.ts';

/** All functions, on one backend; every call leaves no block behind. */
export function ourCp(on: Backend, dtype: Real): Required<CpImpl<Factored>> {
  const { decompose, factors, fromFactors, normalize, match, mttkrp, khatriRao } = polyadicOn(on, dtype);
  const report = (x: Factored): Decomposed['report'] => (x as Decomposed).report;
  return {
    ...{ factors, fromFactors, normalize, match, mttkrp, khatriRao },
    decompose: (a, ask) => decompose(a, ask).x,
    error: (x) => report(x).error,
    history: (x) => report(x).history,
    warnings: (x) => report(x).warnings,
    gradient: (a, own) =>
      leakFree(on, () => {
        const fit = (parts: Tensor[]): Tensor => sumSquares(sub(cp.full(cp.fromFactors(parts)), put(a, dtype)));
        return grad(fit)(own.map((x) => put(x, dtype))).map(get);
      }),
  };
}
