/** Sums over modes of a train: each core is summed by itself. O(d n r^2). */

import type { Factored } from '../formats/network.ts';
import { ShapeError } from '../errors.ts';
import { matmul } from '../ops/matmul.ts';
import { numberTimesPower, powerOfTwo } from '../ops/linalg/scale.ts';
import { sum as sumDense } from '../ops/reduce.ts';
import { reshape } from '../ops/reshape.ts';
import { axisOf } from '../shape.ts';
import { item } from '../tensor/read.ts';
import { scope, unrecorded } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { layTrain, modesByAxis, modesByCore, trainOf } from './train.ts';
import { joinBare } from './bare.ts';

/** The sum of all entries, or a train of the sums over some axes, which it lacks. The latter is differentiable. */
export function sum(x: Factored): number;
export function sum(x: Factored, axes: readonly number[]): Factored;
export function sum(x: Factored, axes?: readonly number[]): number | Factored {
  return axes === undefined ? total(x) : scope(() => over(x, axes));
}

function total(x: Factored): number {
  const { cores } = trainOf('sum', x);
  return unrecorded(() =>
    scope(() => {
      let exponent = 0;
      let row: Tensor | null = null;
      for (const core of cores) {
        const G = powerOfTwo('sum', core);
        const M = sumDense(G.x, 1);
        const next = powerOfTwo('sum', row === null ? M : matmul(row, M));
        row = next.x;
        exponent += G.exponent + next.exponent;
      }
      return numberTimesPower(item(row!), exponent);
    }),
  );
}

function over(x: Factored, axes: readonly number[]): Factored {
  const gone = new Set(axes.map((axis) => axisOf('sum', axis, x.axes.length)));
  if (gone.size === x.axes.length) {
    throw new ShapeError('sum', 'an axis is left', 'all of them', 'leave out the axes for the sum of all entries');
  }
  const byAxis = modesByAxis(x);
  const summed = new Set([...gone].flatMap((axis) => byAxis[axis]!.map(({ label }) => label)));
  const modes = modesByCore('sum', x);
  const cut = trainOf('sum', x).cores.map((core, k) => {
    const own = modes[k]!;
    const apart = reshape(core, [core.shape[0]!, ...own.map(({ size }) => size), core.shape[2]!]);
    const places = own.flatMap(({ label }, at) => (summed.has(label) ? [at + 1] : []));
    const part = places.length === 0 ? apart : sumDense(apart, places);
    return { part, modes: own.filter(({ label }) => !summed.has(label)) };
  });
  const kept = joinBare(cut);
  return layTrain(
    kept.map(({ part }) => reshape(part, [part.shape[0]!, -1, part.shape.at(-1)!])),
    kept.map((core) => core.modes),
    byAxis.filter((_, axis) => !gone.has(axis)),
  );
}
