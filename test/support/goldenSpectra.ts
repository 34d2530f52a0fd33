/** The committed spectra and the matrices that they belong to. */

import { readFileSync } from 'node:fs';
import { type ZooMatrix, zooMatrix } from '../../src/accuracy/zoo.ts';
import type { Real } from '../../src/dtype.ts';
import { crc32c, showCrc } from '../../src/io/crc32c.ts';

export interface GoldenSpectrum {
  readonly type: string;
  readonly m: number;
  readonly n: number;
  readonly dtype: Real;
  /** Of the bytes of the matrix, in hexadecimal. */
  readonly crc: string;
  /** Descending, as decimal texts of 20 digits. */
  readonly sigma: readonly string[];
}

export interface Golden {
  readonly provenance: string;
  readonly spectra: readonly GoldenSpectrum[];
}

export function hashOf({ values }: ZooMatrix): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return showCrc(crc32c(bytes));
}

/** The matrices with their singular values. Throws where the zoo no longer makes the matrix that was decomposed. */
export function goldenSpectra(): { a: ZooMatrix; sigma: Float64Array }[] {
  const { spectra } = JSON.parse(readFileSync('test/golden/spectra.json', 'utf8')) as Golden;
  return spectra.map(({ type, m, n, dtype, crc, sigma }) => {
    const a = zooMatrix(type, m, n, dtype);
    if (hashOf(a) !== crc) throw new Error(`${type} ${m} x ${n} ${dtype}: not the matrix of spectra.json`);
    return { a, sigma: Float64Array.from(sigma, Number) };
  });
}
