/** A tensor train of one's own on plain arrays, with the singular values of rankwise/linalg: forty lines. */

import { matrix, svd } from '../../src/linalg.ts';
import type { Cut, Dense } from '../../src/testing.ts';

/** Cores [r, n, s]. */
export type OwnTrain = readonly Dense[];

const product = (sizes: readonly number[]): number => sizes.reduce((n, m) => n * m, 1);

/** TT-SVD (Oseledets 2011, algorithm 1). */
export function decompose({ shape, values }: Dense, { eps = 0, rank }: Cut): OwnTrain {
  if (product(shape) === 0) throw new Error('every mode has a size of at least 1');
  const last = shape.length - 1;
  // Near 1, so that squares stay in range; exact, being a power of two.
  const top = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const power = top === 0 ? 1 : 2 ** Math.floor(Math.log2(top));
  let rest: Float64Array = values.map((x) => x / power);
  const delta = (eps * Math.hypot(...rest)) / Math.sqrt(Math.max(1, last));
  const cores: Dense[] = [];
  let r = 1;
  for (let k = 0; k < last; k++) {
    const rows = r * shape[k]!;
    const { U, S, Vt } = svd(matrix(rest, rows, rest.length / rows));
    let s = Math.min(rank?.[k] ?? S.length, S.length);
    while (s > 1 && Math.hypot(...S.subarray(s - 1)) <= delta) s--;
    const core = Float64Array.from({ length: rows * s }, (_, at) => U.data[Math.floor(at / s) * U.columns + (at % s)]!);
    cores.push({ shape: [r, shape[k]!, s], values: core });
    rest = Float64Array.from({ length: s * Vt.columns }, (_, at) => S[Math.floor(at / Vt.columns)]! * Vt.data[at]!);
    r = s;
  }
  return [...cores, { shape: [r, shape[last]!, 1], values: rest.map((x) => x * power) }];
}

/** The tensor of a train. */
export function full(cores: OwnTrain): Dense {
  let values: Float64Array = Float64Array.of(1);
  for (const { shape, values: core } of cores) {
    const [r, n, s] = shape as [number, number, number];
    const rows = values.length / r;
    const next = new Float64Array(rows * n * s);
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < r; k++) {
        for (let j = 0; j < n * s; j++) next[i * n * s + j]! += values[i * r + k]! * core[k * n * s + j]!;
      }
    }
    values = next;
  }
  return { shape: cores.map(({ shape }) => shape[1]!), values };
}
