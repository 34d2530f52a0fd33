/** A hash for each kernel over all its cases: compared between runtimes of one run, since cases come and go. */

import { loadWasm } from '../../src/backend/wasm/load.ts';
import type { Operand } from '../../src/backend/backend.ts';
import type { DataArray } from '../../src/dtype.ts';
import { crc32c, showCrc } from '../../src/io/crc32c.ts';
import { kernels } from '../../src/kernels/all.ts';
import { type AnyKernel, argsOf, contentsOf } from '../support/kernelcall.ts';
import { seeded } from '../support/random.ts';
import type { Hashes } from './hashes.ts';

/** CRC-32C over numbers; every NaN counts as the same one. */
function next(crc: number, values: DataArray): number {
  const plain = values.map((x: number) => (Number.isNaN(x) ? Number.NaN : x));
  return crc32c(new Uint8Array(plain.buffer, plain.byteOffset, plain.byteLength), crc);
}

/** What all operands of all kernels hold after a call. */
export function kernelHashes(): Hashes {
  const backend = loadWasm();
  const hashes: Record<string, string> = {};
  for (const kernel of kernels as unknown as readonly AnyKernel[]) {
    let crc = 0;
    for (const dtype of kernel.dtypes) {
      for (const size of kernel.cases) {
        const sample = kernel.sample(size, seeded(1));
        const contents = contentsOf(kernel, dtype, sample);
        const operands = new Map<DataArray, Operand>();
        for (const array of new Set(Object.values(contents))) {
          const operand = { block: backend.alloc(array.byteLength, kernel.name), byteOffset: 0 };
          backend.write(operand, array);
          operands.set(array, operand);
        }
        backend.run(kernel, dtype, argsOf(kernel, sample, operands, contents));
        for (const [array, operand] of operands) {
          backend.readSync(operand, array);
          backend.free(operand.block);
          crc = next(crc, array);
        }
        crc = (crc + (backend.trouble()?.detail ?? 0)) >>> 0;
      }
    }
    hashes[`kernel.${kernel.name}`] = showCrc(crc);
  }
  return hashes;
}
