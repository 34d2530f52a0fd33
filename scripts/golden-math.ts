/**
 * Writes test/golden/math.json: values of the elementary functions with 50 digits. `npx tsx scripts/golden-math.ts`
 * Points of all magnitudes, every other one a single, and the places where an implementation is weakest.
 */

import { writeFileSync } from 'node:fs';
import { exactly, type Oracle, oracle } from '../test/support/oracle.ts';
import { seeded } from '../test/support/random.ts';

const FILE = 'test/golden/math.json';
const DIGITS = 50;
const PROVENANCE =
  'Written by scripts/golden-math.ts: mathjs 15.2.0 (decimal.js) with 80 digits, erf by its power series, rounded to 50.';

interface Range {
  /** Magnitudes from 2^least to 2^most, with the sign or signs of `signs`. */
  readonly least: number;
  readonly most: number;
  readonly count: number;
  readonly signs: readonly number[];
}

const BOTH = [1, -1];
const RANGES: Readonly<Record<Oracle, readonly Range[]>> = {
  exp: [
    { least: -60, most: 0, count: 24, signs: BOTH },
    { least: 0, most: 9.4, count: 40, signs: BOTH },
  ],
  log: [
    { least: -1074, most: 1023, count: 32, signs: [1] },
    { least: -1, most: 1, count: 24, signs: [1] },
  ],
  tanh: [
    { least: -1060, most: -4, count: 16, signs: BOTH },
    { least: -4, most: 4.5, count: 40, signs: BOTH },
  ],
  erf: [
    { least: -1060, most: -4, count: 16, signs: BOTH },
    { least: -4, most: 2.6, count: 40, signs: BOTH },
  ],
  sin: [
    { least: -1000, most: -4, count: 12, signs: BOTH },
    { least: -4, most: 20, count: 44, signs: BOTH },
  ],
  cos: [
    { least: -30, most: -4, count: 8, signs: BOTH },
    { least: -4, most: 20, count: 44, signs: BOTH },
  ],
};

/** Ends of the range, changes of formula, multiples of pi/2, and the worst of some 10^9 singles and 10^7 doubles. */
const HARD: Readonly<Record<Oracle, readonly number[]>> = {
  exp: [
    709.782712893384, -708.3964185322641, -745.1332191019411, 88.72283172607422, -87.33654022216797,
    -103.97207641601562, 0.34657359027997264, -0.34657359027997264, 27.40674591064453, -5.161653995513916,
    -248.46045313743463,
  ],
  log: [
    5e-324, 1.7976931348623157e308, 1.401298464324817e-45, 3.4028234663852886e38, 1.0000000000000002,
    0.9999999999999999, 1.0000001192092896, 0.9999999403953552, 0.7051712870597839, 1.413398727446206,
    0.7071067690849304, 0.70199488875030058,
  ],
  tanh: [
    0.12351760268211365, 0.21388519982033904, 0.17328679513998632, 0.5493061443340549, 0.5493061542510986, 9.010913,
    19.06154746539849,
  ],
  erf: [
    0.8750642538070679, 0.89774512273138174, 0.875, 0.8749999999999999, 0.9308181405067444, 3.9192059, 5.9215871957945,
  ],
  sin: [
    Math.PI,
    6.283185307179586,
    3.1415927410125732,
    11,
    355,
    1048575.9999999999,
    586946.8970628347,
    3.8907528096976343,
  ],
  cos: [
    1.5707963267948966, 1.5707963705062866, 4.71238898038469, 11, 344, 1048575.9999999999, 865921.89549793513,
    0.8057436989828975, 8.6122610141685243,
  ],
};

function pointsOf(name: Oracle): number[] {
  const random = seeded(20);
  const points = RANGES[name].flatMap(({ least, most, count, signs }) =>
    Array.from({ length: count }, (_, i) => {
      const power = least + ((most - least) * i) / (count - 1);
      const whole = Math.floor(power);
      const x = (1 + (power - whole)) * (1 + random() / 64) * 2 ** Math.max(whole, -1060);
      const signed = signs[i % signs.length]! * x;
      return i % 4 < 2 && Math.fround(signed) !== 0 && Number.isFinite(Math.fround(signed))
        ? Math.fround(signed)
        : signed;
    }),
  );
  return [...new Set([...points, ...HARD[name]])].sort((a, b) => a - b);
}

const values: Record<string, Record<string, string>> = {};
for (const name of Object.keys(RANGES) as Oracle[]) {
  values[name] = {};
  for (const x of pointsOf(name)) values[name][String(x)] = oracle[name](exactly(x)).toPrecision(DIGITS);
}
writeFileSync(FILE, `${JSON.stringify({ provenance: PROVENANCE, values }, null, 1)}\n`);
