/** Tucker tensors in plain double numbers: a core and a factor [n, r] for each mode. */

import { type Dense, dense, sizeOf, sumOf } from '../dense.ts';
import { unfoldedValues } from '../tt/cores.ts';

/** Mode k of the result is mode order[k] of a. */
export function permutedOf(a: Dense, order: readonly number[]): Dense {
  const strides = a.shape.map((_, k) => sizeOf(a.shape.slice(k + 1)));
  const shape = order.map((axis) => a.shape[axis]!);
  return dense(shape, (k) => {
    let [rest, at] = [k, 0];
    for (let j = shape.length - 1; j >= 0; j--) {
      at += (rest % shape[j]!) * strides[order[j]!]!;
      rest = Math.floor(rest / shape[j]!);
    }
    return a.values[at]!;
  });
}

/** Mode `mode` in front. */
export const frontOf = (a: Dense, mode: number): Dense =>
  permutedOf(a, [mode, ...a.shape.flatMap((_, k) => (k === mode ? [] : [k]))]);

/** The singular values of the unfolding along a mode, descending. */
export const modeValues = (a: Dense, mode: number): number[] => unfoldedValues(frontOf(a, mode), 1);

/** a with each fibre of a mode multiplied by u [m, n]. */
export function modeProductOf(a: Dense, u: Dense, mode: number): Dense {
  const [m, n] = u.shape as [number, number];
  const below = sizeOf(a.shape.slice(mode + 1));
  const shape = a.shape.map((size, k) => (k === mode ? m : size));
  return dense(shape, (at) => {
    const low = at % below;
    const i = Math.floor(at / below) % m;
    const high = Math.floor(at / (below * m));
    return sumOf(
      { length: n } as ArrayLike<number>,
      (_, j) => u.values[i * n + j]! * a.values[(high * n + j) * below + low]!,
    );
  });
}

/** The full tensor of a core and its factors. */
export function fullOfTucker({ core, factors }: { readonly core: Dense; readonly factors: readonly Dense[] }): Dense {
  return factors.reduce((x, factor, k) => modeProductOf(x, factor, k), core);
}

/** |I - Q'Q| in the Frobenius norm, for Q [n, r]. */
export function lossOf({ shape, values }: Dense): number {
  const [n, r] = shape as [number, number];
  const off: number[] = [];
  for (let p = 0; p < r; p++) {
    for (let q = 0; q < r; q++) {
      const dot = sumOf({ length: n } as ArrayLike<number>, (_, i) => values[i * r + p]! * values[i * r + q]!);
      off.push(dot - (p === q ? 1 : 0));
    }
  }
  return Math.sqrt(sumOf(off, (x) => x * x));
}
