/** One call of a compiled kernel on plain arrays, for the tests that say what an operation means. */

import type { Operand, Trouble } from '../../src/backend/backend.ts';
import type { DataArray, Dtype } from '../../src/dtype.ts';
import type { Fields, Kernel, Sample } from '../../src/kernels/kernel.ts';
import { wasmBackend } from './backends.ts';
import { type AnyKernel, type AnySample, argsOf, type Contents, contentsOf } from './kernelcall.ts';

const backend = wasmBackend();

/** What is in a kernel's operands after a call, and what it reported. */
export function runKernel<F extends Fields>(
  contract: Kernel<F>,
  dtype: Dtype,
  sample: Sample<F>,
): { readonly after: Contents; readonly trouble: Trouble | null } {
  const kernel = contract as unknown as AnyKernel;
  const after = contentsOf(kernel, dtype, sample as unknown as AnySample);
  const operands = new Map<DataArray, Operand>();
  for (const name in after) {
    const array = after[name]!;
    if (operands.has(array)) continue;
    const operand = { block: backend.alloc(array.byteLength, kernel.name), byteOffset: 0 };
    backend.write(operand, array);
    operands.set(array, operand);
  }
  backend.run(kernel, dtype, argsOf(kernel, sample as unknown as AnySample, operands, after));
  for (const [array, operand] of operands) {
    backend.readSync(operand, array);
    backend.free(operand.block);
  }
  return { after, trouble: backend.trouble() };
}

/** |a - b| <= eps max(1, |b|) for every element, or an error that names the first that is not. */
export function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, eps: number, what: string): void {
  if (got.length !== want.length) throw new Error(`${what} has ${got.length} elements, expected ${want.length}`);
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i]! - want[i]!);
    if (error <= eps * Math.max(1, Math.abs(want[i]!))) continue;
    throw new Error(`${what}[${i}] is ${got[i]}, expected ${want[i]} within ${eps}`);
  }
}

/** Central differences of a scalar function at x, for comparison with a gradient. */
export function differences(f: (x: Float64Array) => number, x: Float64Array, step: number = 1e-6): Float64Array {
  return x.map((_, i) => {
    const moved = (by: number): Float64Array => x.map((value, k) => (k === i ? value + by : value));
    return (f(moved(step)) - f(moved(-step))) / (2 * step);
  });
}

/** Sum of a[i] b[i]. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
