/** Any kernel on its own cases: time, GFLOP/s, GB/s of operands, and the ratio to the plain loops of the reference. */

import type { Backend, Operand } from '../../src/backend/backend.ts';
import { ReferenceBackend } from '../../src/backend/reference.ts';
import { type DataArray, type Dtype, dtypes } from '../../src/dtype.ts';
import type { Kernel } from '../../src/kernels/kernel.ts';
import { wasmBackend } from '../../test/support/backends.ts';
import { type AnySample, argsOf, contentsOf } from '../../test/support/kernelcall.ts';
import { seeded } from '../../test/support/random.ts';
import { timings } from '../suite.ts';

export interface KernelBenchOptions {
  /** Milliseconds for each row and backend. */
  readonly time: number;
  /** The dtypes wanted; default all. */
  readonly dtypes?: readonly Dtype[];
  /** Size tuples; default the kernel's three largest cases. */
  readonly cases?: readonly (readonly number[])[];
}

export const HEAD: readonly string[] = ['kernel', 'case', 'µs', 'GFLOP/s', 'GB/s', 'x reference'];

const bytesIn = (contents: Readonly<Record<string, DataArray>>): number =>
  [...new Set(Object.values(contents))].reduce((sum, array) => sum + array.byteLength, 0);

function largestCases(kernel: Kernel): readonly (readonly number[])[] {
  const weight = (size: readonly number[]): number =>
    bytesIn(contentsOf(kernel, 'f64', kernel.sample(size, seeded(1))));
  const weighed = kernel.cases.map((size) => ({ size, bytes: weight(size) }));
  return weighed
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(({ size }) => size);
}

/** A call ready to be repeated; its operands stay where they are. */
function prepare(backend: Backend, kernel: Kernel, dtype: Dtype, sample: AnySample): () => void {
  const contents = contentsOf(kernel, dtype, sample);
  const operands = new Map<DataArray, Operand>();
  for (const array of Object.values(contents)) {
    const operand = { block: backend.alloc(array.byteLength, kernel.name), byteOffset: 0 };
    backend.write(operand, array);
    operands.set(array, operand);
  }
  const args = argsOf(kernel, sample, operands, contents);
  return () => backend.run(kernel, dtype, args);
}

/** One row of cells for each dtype and case. */
export async function benchKernel(kernel: Kernel, options: KernelBenchOptions): Promise<string[][]> {
  const rows: string[][] = [];
  for (const dtype of dtypes.filter((d) => kernel.dtypes.includes(d) && (options.dtypes?.includes(d) ?? true))) {
    for (const size of options.cases ?? largestCases(kernel)) {
      const sample = kernel.sample(size, seeded(1));
      const [wasm, plain] = await timings(
        [
          ['wasm', prepare(wasmBackend(), kernel, dtype, sample)],
          ['reference', prepare(new ReferenceBackend(), kernel, dtype, sample)],
        ],
        options.time,
      );
      const perSecond = (amount: number): string => (amount / wasm!.ms / 1e6).toFixed(2);
      rows.push([
        `${kernel.name}_${dtype}`,
        size.join(' '),
        (wasm!.ms * 1e3).toFixed(1),
        kernel.flops === undefined ? '-' : perSecond(kernel.flops(sample as never)),
        perSecond(bytesIn(contentsOf(kernel, dtype, sample))),
        (plain!.ms / wasm!.ms).toFixed(1),
      ]);
    }
  }
  return rows;
}
