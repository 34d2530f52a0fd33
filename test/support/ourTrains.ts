/** rankwise's trains and TT-matrices as what ttLaws() asks for. */

import type { Backend } from '../../src/backend/backend.ts';
import type { Decomposed } from '../../src/decompose/decomposed.ts';
import * as tt from '../../src/decompose/tt/index.ts';
import type { Real } from '../../src/dtype.ts';
import { ttMatrix } from '../../src/formats/ttMatrix.ts';
import { Factored } from '../../src/formats/network.ts';
import { sizeOf } from '../../src/shape.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Dense, TrainImpl } from '../../src/testing.ts';
import { leakFree } from './leaks.ts';
import { trainsOn } from './trains.ts';

/** Cores [r, m, n, s] as a TT-matrix. */
function matrixFrom(cores: readonly Dense[], dtype: Real): Factored {
  const [rows, columns] = [1, 2].map((axis) => cores.map(({ shape }) => shape[axis]!));
  const axes = [
    { size: sizeOf(rows!), role: 'out' as const },
    { size: sizeOf(columns!), role: 'in' as const },
  ];
  const layout = ttMatrix.layout(axes, { fold: [rows!, columns!] });
  const last = cores.length - 1;
  const parts = cores.map(({ shape, values }, k) => {
    const own = shape.filter((_, axis) => !((axis === 0 && k === 0) || (axis === 3 && k === last)));
    return [`core${k}`, tensor(values, own, dtype)] as const;
  });
  return new Factored('ttMatrix', layout.net, layout.axes, Object.fromEntries(parts));
}

/** All functions, on one backend; every call leaves no block behind. */
export function ourTrains(on: Backend, dtype: Real): Required<TrainImpl<Factored, Factored>> {
  const impl = trainsOn(on, dtype);
  return {
    ...impl,
    decompose: (a, cut) => impl.decompose(a, cut).x,
    error: (x) => (x as Decomposed).report.error,
    matrixFromCores: (cores) => matrixFrom(cores, dtype),
    matrixFull: (A) =>
      leakFree(on, () => {
        const whole = tt.full(A);
        return { shape: whole.shape, values: Float64Array.from(dataSync(whole)) };
      }),
    matvec: (A, x) => leakFree(on, () => tt.matvec(A, x)),
    matrixTranspose: (A) => leakFree(on, () => tt.transpose(A)),
  };
}
