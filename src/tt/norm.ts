/**
 * The Frobenius norm of a train by a sweep of QR factorizations, whose error is a few roundings of the norm even where
 * large terms cancel: the norm of a - b to 1e-15 |a|, where sqrt(dot(x, x)) has 1e-8 |a|. O(d n r^3).
 */

import type { Factored } from '../formats/network.ts';
import { log, LN2 } from '../math.ts';
import { matmul } from '../ops/matmul.ts';
import { numberTimesPower, powerOfTwo } from '../ops/linalg/scale.ts';
import { triangle } from '../ops/linalg/triangle.ts';
import { reshape } from '../ops/reshape.ts';
import { norm2 } from '../ops/statistics.ts';
import { item } from '../tensor/read.ts';
import { scope, unrecorded } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { trainOf } from './train.ts';

/** A number as value 2^exponent, for those that no double holds. */
export interface Scaled {
  readonly value: number;
  readonly exponent: number;
}

/** |x|; Infinity where the number is out of range. Throws NonFiniteError for cores with NaN or Infinity. */
export function norm(x: Factored): number {
  const { value, exponent } = scaledNorm('norm', x);
  return numberTimesPower(value, exponent);
}

/** The natural logarithm of |x|, -Infinity for zero: of norms that no number holds. Throws as norm(). */
export function logNorm(x: Factored): number {
  const { value, exponent } = scaledNorm('logNorm', x);
  return value === 0 ? Number.NEGATIVE_INFINITY : log(value) + exponent * LN2;
}

/** |x| with its power of two apart. */
export function scaledNorm(op: string, x: Factored): Scaled {
  const { cores } = trainOf(op, x);
  return unrecorded(() =>
    scope(() => {
      let exponent = 0;
      const scaled = (y: Tensor): Tensor => {
        const found = powerOfTwo(op, y);
        exponent += found.exponent;
        return found.x;
      };
      // R [k, r]: the cores so far are an orthonormal basis times R.
      let R: Tensor | null = null;
      for (const core of cores) {
        const [r, n, s] = core.shape as [number, number, number];
        const G = reshape(scaled(core), [r, n * s]);
        const next: Tensor = R === null ? G : matmul(R, G);
        R = scaled(triangle(reshape(next, [-1, s])));
      }
      return { value: item(norm2(R!)), exponent };
    }),
  );
}
