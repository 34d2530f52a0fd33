/** Matrices at the ends of the range of a dtype, and those that must be refused. */

import type { Real } from '../dtype.ts';
import { pow } from '../math.ts';
import { fold, type Key } from '../random.ts';
import { planted, uniforms } from './draw.ts';
import { leastOf, type Matrix, mostOf, normalOf, ulpOf } from './matrix.ts';
import { spectra } from './spectra.ts';

export interface RangeOptions {
  readonly m: number;
  readonly n: number;
  readonly dtype: Real;
  readonly key: Key;
}

/** Evenly spaced singular values from 1 to ulp, times `scale`. */
function evenly({ m, n, dtype, key }: RangeOptions, scale: number): Matrix {
  const sigma = spectra.mode4!({ k: Math.min(m, n), ulp: ulpOf[dtype], key });
  const { values } = planted(m, n, sigma, fold(key, 'left'), fold(key, 'right'));
  return { m, n, values: Float64Array.from(values, (x) => x * scale) };
}

function filled({ m, n, key }: RangeOptions, value: (u: number, v: number) => number): Matrix {
  const u = uniforms(key, 2 * m * n);
  return { m, n, values: Float64Array.from({ length: m * n }, (_, k) => value(u[2 * k]!, u[2 * k + 1]!)) };
}

/** Uniform in (-1, 1), with one entry replaced. */
function spoilt(options: RangeOptions, value: number): Matrix {
  const { m, n, values } = filled(options, (u) => 2 * u - 1);
  const spoiled = Float64Array.from(values);
  spoiled[Math.floor((spoiled.length * 2) / 3)] = value;
  return { m, n, values: spoiled };
}

export const ranges: Readonly<Record<string, (options: RangeOptions) => Matrix>> = {
  tiny: (options) => evenly(options, normalOf[options.dtype] / ulpOf[options.dtype]),
  huge: (options) => evenly(options, mostOf[options.dtype] * ulpOf[options.dtype]),
  /** Multiples of the smallest number, a few bits each. */
  denorm: (options) => filled(options, (u) => Math.round(2000 * (u - 0.5)) * leastOf[options.dtype]),
  /** Squares of the one kind nearly overflow, those of the other nearly underflow. */
  hugeTiny: (options) => {
    const reach = pow(10, options.dtype === 'f64' ? 150 : 18);
    return filled(options, (u, v) => (2 * u - 1) * (v < 0.5 ? reach : 1 / reach));
  },
  negZero: (options) => filled(options, () => -0),
  nanOne: (options) => spoilt(options, NaN),
  infOne: (options) => spoilt(options, -Infinity),
};

/** Types on which every factorization throws NonFiniteError. */
export const refused: readonly string[] = ['nanOne', 'infOne'];
