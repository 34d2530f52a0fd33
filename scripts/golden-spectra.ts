/**
 * Writes test/golden/spectra.json: singular values of 60 matrices of the zoo, computed with 50 digits by mpmath.
 * `npx tsx scripts/golden-spectra.ts`; needs python3 with mpmath (Debian: python3-mpmath).
 */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { sizesOf, type ZooMatrix, zooMatrix, zooNames } from '../src/accuracy/zoo.ts';
import { type Golden, type GoldenSpectrum, hashOf } from '../test/support/goldenSpectra.ts';

const FILE = 'test/golden/spectra.json';
/** The sizes that types take in turn. */
const SIZES = [
  [12, 12],
  [16, 10],
  [9, 13],
  [20, 20],
  [7, 5],
] as const;
/** Types that are looked at once more, as single precision matrices. */
const AGAIN = [
  ...['mode1', 'mode2', 'mode3', 'mode4', 'mode5', 'mode6', 'tiny', 'huge', 'denorm', 'hugeTiny', 'kahan', 'hilbert'],
  ...['grcar', 'wilkinson-growth', 'vandermonde', 'rowGraded', 'colGraded', 'toeplitzGraded', 'cluster', 'twoCluster'],
  ...['ones', 'rankHalf', 'lauchli', 'golubKahanBidiag'],
];

function* chosen(): Generator<ZooMatrix> {
  let turn = 0;
  for (const name of zooNames) {
    const own = sizesOf(name);
    const [m, n] = SIZES[turn++ % SIZES.length]!;
    if (name === 'companion') yield zooMatrix(name, 12, 12, 'f64');
    else if (name === 'oneByN' || name === 'nByOne') yield zooMatrix(name, own[3]![0], own[3]![1], 'f64');
    else if (name !== 'size0' && !zooMatrix(name, m, n, 'f64').refused) yield zooMatrix(name, m, n, 'f64');
  }
  for (const name of AGAIN) {
    const [m, n] = SIZES[(turn++ * 2 + 1) % SIZES.length]!;
    yield zooMatrix(name, m, n, 'f32');
  }
}

const matrices = [...chosen()];
const input = matrices.map(({ m, n, values }) => ({ m, n, values: Array.from(values, String) }));
const printed = execFileSync('python3', ['scripts/golden-spectra.py'], {
  input: JSON.stringify(input),
  encoding: 'utf8',
});
const { version, spectra } = JSON.parse(printed) as { version: string; spectra: string[][] };
const golden: Golden = {
  provenance:
    `Written by scripts/golden-spectra.ts: mpmath ${version}, svd_r with 80 and 110 digits, which agree to 50; ` +
    'rounded to 20. Matrices are those of src/accuracy/zoo.ts, whose bytes have the CRC-32C given.',
  spectra: matrices.map(
    (a, k): GoldenSpectrum => ({ type: a.name, m: a.m, n: a.n, dtype: a.dtype, crc: hashOf(a), sigma: spectra[k]! }),
  ),
};
const lines = golden.spectra.map((each) => `  ${JSON.stringify(each)}`).join(',\n');
writeFileSync(FILE, `{\n "provenance": ${JSON.stringify(golden.provenance)},\n "spectra": [\n${lines}\n ]\n}\n`);
process.stdout.write(`${matrices.length} spectra in ${FILE}\n`);
