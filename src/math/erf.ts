/**
 * erf x = x + x P(x^2) for |x| < 7/8, else 1 - e^(-x^2) Q(1 / (|x| + 2)), where Q is the scaled complement
 * e^(x^2) erfc x. The same operations in the same order as assembly/simd/erf.ts.
 */

import { exp, expf } from './exp.ts';
import { copySign, double, type Precision, series, single } from './precision.ts';

interface ErrorFunction extends Precision {
  readonly exp: (x: number) => number;
  /** Minimax for erf(x) / x - 1 in x^2, lowest power first (scripts/minimax.ts). */
  readonly p: readonly number[];
  /** Minimax for e^(x^2) erfc x in 1 / (x + 2) with weight e^(-x^2), lowest power first. */
  readonly q: readonly number[];
}

const singleErf: ErrorFunction = {
  ...single,
  exp: expf,
  p: [
    0.12837915122509003, -0.3761255741119385, 0.11282524466514587, -0.026793954893946648, 0.005035872105509043,
    -0.0006222422234714031,
  ],
  q: [
    0.001622778014279902, 0.5228530764579773, 1.563431978225708, -0.4340961277484894, 10.047383308410645,
    -7.290572166442871,
  ],
};

const doubleErf: ErrorFunction = {
  ...double,
  exp,
  p: [
    0.1283791670955126, -0.3761263890318374, 0.11283791670954368, -0.02686617064494555, 0.005223977623090287,
    -0.0008548326847568136, 0.00012055324632983704, -1.4925388939342444e-5, 1.6456634810701891e-6,
    -1.628950725748136e-7, 1.4124232160171567e-8, -8.669728735881851e-10,
  ],
  q: [
    -3.553460859462678e-8, 0.5642382373381535, 1.126123869818065, 2.023026631612532, 2.1935541323329684,
    8.13589092210283, -33.58219392678195, 137.48568510319984, -456.4523434318934, 906.4964942285916,
    -1056.5308181101195, 684.2755227267838, -192.88937599900112,
  ],
};

function erfIn(x: number, f: ErrorFunction): number {
  const { round } = f;
  const size = Math.abs(x);
  const z = round(size * size);
  if (size < 0.875) return round(x + round(x * series(f.p, z, round)));
  const u = round(1 / round(size + 2));
  return copySign(round(1 - round(f.exp(-z) * series(f.q, u, round))), x);
}

/** The error function, to 2 ulp. */
export function erf(x: number): number {
  return erfIn(x, doubleErf);
}

/** The error function in single precision, to 2 ulp; x is a single. */
export function erff(x: number): number {
  return erfIn(x, singleErf);
}
