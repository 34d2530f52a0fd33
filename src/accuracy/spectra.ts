/**
 * Singular values to plant. Modes 1 to 6 are those of LAPACK's xLATM1 with condition number 1 / ulp; all descend from 1.
 */

import { pow } from '../math.ts';
import type { Key } from '../random.ts';
import { uniforms } from './draw.ts';

/** What a spectrum depends on: how many values, the precision, and where random ones come from. */
export interface SpectrumOptions {
  readonly k: number;
  readonly ulp: number;
  readonly key: Key;
}

export type Spectrum = (options: SpectrumOptions) => Float64Array;

const from = (k: number, value: (i: number) => number): Float64Array =>
  Float64Array.from({ length: k }, (_, i) => value(i));
const descending = (values: Float64Array): Float64Array => values.sort().reverse();
/** i of 0..k-1 as a part of 1. */
const part = (i: number, k: number): number => (k > 1 ? i / (k - 1) : 0);

export const spectra: Readonly<Record<string, Spectrum>> = {
  /** One large value, the rest 1 / kappa. */
  mode1: ({ k, ulp }) => from(k, (i) => (i === 0 ? 1 : ulp)),
  /** One small value. */
  mode2: ({ k, ulp }) => from(k, (i) => (i === k - 1 && k > 1 ? ulp : 1)),
  /** Geometric. */
  mode3: ({ k, ulp }) => from(k, (i) => pow(ulp, part(i, k))),
  /** Arithmetic. */
  mode4: ({ k, ulp }) => from(k, (i) => 1 - part(i, k) * (1 - ulp)),
  /** Their logarithms are uniform. */
  mode5: ({ k, ulp, key }) => descending(uniforms(key, k).map((u) => pow(ulp, u))),
  /** Uniform. */
  mode6: ({ k, key }) => descending(uniforms(key, k)),
  /** The first half of them 1, the rest 0. */
  rankHalf: ({ k }) => from(k, (i) => (i < (k + 1) >> 1 ? 1 - i / (2 * k) : 0)),
  repeated: ({ k }) => from(k, () => 1),
  /** Neighbours some 450 ulp apart: 1e-13 in f64. */
  cluster: ({ k, ulp }) => from(k, (i) => 1 + (k - 1 - i) * 450 * ulp),
  /** Half of them 1, the rest near the square root of ulp. */
  twoCluster: ({ k, ulp }) => from(k, (i) => (i < (k + 1) >> 1 ? 1 : 0.67 * Math.sqrt(ulp))),
};
