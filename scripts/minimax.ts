/**
 * Prints the coefficients of src/math/ and assembly/simd/, with the error each polynomial leaves.
 * `npx tsx scripts/minimax.ts` Best approximation with a weight, by Remez' exchange in 80 digits.
 */

import { cos, PI } from '../src/math.ts';
import { type Big, big, exactly, oracle } from '../test/support/oracle.ts';

interface Fit {
  readonly name: string;
  readonly dtype: 'f32' | 'f64';
  readonly f: (x: Big) => Big;
  readonly weight?: (x: Big) => Big;
  readonly from: number;
  readonly to: number;
  readonly degree: number;
}

const GRID = 300;
const EXCHANGES = 12;
const ONE = big('1');
/** Steps aside from zero, where a quotient has only a limit. */
const away = (x: Big, least: string): Big => (x.abs().lt(least) ? big(least) : x);
const root = (z: Big): Big => away(z.sqrt(), '1e-12');

/** (e^r - 1 - r - r^2 / 2) / r^3: what follows the exact 1/2. */
function exponential(x: Big): Big {
  const r = away(x, '1e-16');
  return oracle.exp(r).minus(1).minus(r).minus(r.times(r).div(2)).div(r.pow(3));
}

/** (2 artanh s - 2 s) / s^3. */
function logarithm(z: Big): Big {
  const s = root(z);
  const log = oracle.log(ONE.plus(s).div(ONE.minus(s)));
  return log.minus(s.times(2)).div(s.pow(3));
}

/** erf(x) / x - 1. */
function ratio(z: Big): Big {
  const x = root(z);
  return oracle.erf(x).div(x).minus(1);
}

/** (sin r - r) / r^3. */
function sine(z: Big): Big {
  const r = root(z);
  return oracle.sin(r).minus(r).div(r.pow(3));
}

/** (cos r - 1 + r^2 / 2) / r^4. */
function cosine(z: Big): Big {
  const r = root(z);
  return oracle.cos(r).minus(1).plus(r.pow(2).div(2)).div(r.pow(4));
}

/** e^(x^2) erfc x at x = 1 / u - 2. */
function complement(u: Big): Big {
  const x = ONE.div(u).minus(2);
  return ONE.minus(oracle.erf(x)).times(oracle.exp(x.times(x)));
}

function damping(u: Big): Big {
  const x = ONE.div(u).minus(2);
  return oracle.exp(x.times(x).neg());
}

function fits(): Fit[] {
  const cube = (r: Big): Big => r.abs().pow(3).plus('0.001').times(oracle.exp(r.neg()));
  const halfLn2 = 0.34675;
  const edge = 0.17159;
  const quarter = 0.6175;
  return [
    { name: 'exp, after 1/2', dtype: 'f32', f: exponential, weight: cube, from: -halfLn2, to: halfLn2, degree: 3 },
    { name: 'exp, after 1/2', dtype: 'f64', f: exponential, weight: cube, from: -halfLn2, to: halfLn2, degree: 9 },
    { name: 'log', dtype: 'f32', f: logarithm, from: 0, to: edge * edge, degree: 2 },
    { name: 'log', dtype: 'f64', f: logarithm, from: 0, to: edge * edge, degree: 6 },
    { name: 'erf near', dtype: 'f32', f: ratio, from: 0, to: 0.765625, degree: 5 },
    { name: 'erf near', dtype: 'f64', f: ratio, from: 0, to: 0.765625, degree: 11 },
    { name: 'erf far', dtype: 'f32', f: complement, weight: damping, from: 1 / 6, to: 1 / 2.875, degree: 5 },
    { name: 'erf far', dtype: 'f64', f: complement, weight: damping, from: 1 / 8, to: 1 / 2.875, degree: 12 },
    { name: 'sin', dtype: 'f64', f: sine, from: 0, to: quarter, degree: 5 },
    { name: 'cos', dtype: 'f64', f: cosine, from: 0, to: quarter, degree: 5 },
  ];
}

/** Solves A x = b by elimination with pivots. */
function solve(a: Big[][], b: Big[]): Big[] {
  const n = b.length;
  for (let k = 0; k < n; k++) {
    const pivot = a.reduce((best, row, i) => (i > k && row[k]!.abs().gt(a[best]![k]!.abs()) ? i : best), k);
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    [b[k], b[pivot]] = [b[pivot]!, b[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = a[i]![k]!.div(a[k]![k]!);
      for (let j = k; j < n; j++) a[i]![j] = a[i]![j]!.minus(factor.times(a[k]![j]!));
      b[i] = b[i]!.minus(factor.times(b[k]!));
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) b[k] = b[k]!.minus(a[k]![j]!.times(b[j]!));
    b[k] = b[k]!.div(a[k]![k]!);
  }
  return b;
}

/** One point of greatest error for each run of one sign, `count` of them. */
function extrema(errors: readonly Big[], count: number): number[] {
  const found = [0];
  errors.forEach((e, i) => {
    const last = errors[found.at(-1)!]!;
    if (e.isNegative() !== last.isNegative()) found.push(i);
    else if (e.abs().gt(last.abs())) found[found.length - 1] = i;
  });
  while (found.length > count) {
    if (errors[found[0]!]!.abs().lt(errors[found.at(-1)!]!.abs())) found.shift();
    else found.pop();
  }
  return found;
}

/** Coefficients, lowest power first, and the greatest weighted error. */
function remez({ f, weight = (): Big => ONE, from, to, degree }: Fit): { c: Big[]; error: Big } {
  const count = degree + 2;
  const chebyshev = (i: number, n: number): Big => exactly((from + to) / 2 - ((to - from) / 2) * cos((PI * i) / n));
  const grid = Array.from({ length: GRID + 1 }, (_, i) => {
    const x = chebyshev(i, GRID);
    return { x, y: f(x), w: weight(x) };
  });
  let at = Array.from({ length: count }, (_, i) => Math.round((i * GRID) / (count - 1)));
  for (let round = 0; ; round++) {
    const points = at.map((i) => grid[i]!);
    const rows = points.map(({ x, w }, i) => [
      ...Array.from({ length: degree + 1 }, (_, k) => x.pow(k)),
      ONE.div(w).times(i % 2 === 0 ? 1 : -1),
    ]);
    const c = solve(
      rows,
      points.map(({ y }) => y),
    ).slice(0, -1);
    const errors = grid.map(({ x, y, w }) => w.times(y.minus(c.reduceRight((p, a) => p.times(x).plus(a), big('0')))));
    if (round === EXCHANGES)
      return { c, error: errors.reduce((most, e) => (e.abs().gt(most) ? e.abs() : most), big('0')) };
    at = extrema(errors, count);
  }
}

for (const fit of fits()) {
  const { c, error } = remez(fit);
  const values = c.map((a) => (fit.dtype === 'f32' ? Math.fround(a.toNumber()) : a.toNumber()));
  const bits = Math.log2(error.toNumber()).toFixed(1);
  process.stdout.write(`${fit.name} ${fit.dtype}, error 2^${bits}\n  ${values.join(', ')}\n`);
}
