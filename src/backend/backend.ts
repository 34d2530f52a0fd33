/** Who executes kernels. A backend owns memory in blocks, moves bytes in and out, and runs kernels in order. */

import type { DataArray, Dtype } from '../dtype.ts';
import type { Args, Fields, Kernel } from '../kernels/kernel.ts';

/** A piece of a backend's memory. `address` is the backend's own affair. */
export interface Block {
  readonly backend: Backend;
  readonly bytes: number;
  readonly address: number;
  /** False once freed: using it is an error. */
  live: boolean;
}

/** Where an operand starts. */
export interface Operand {
  readonly block: Block;
  readonly byteOffset: number;
}

export interface Stats {
  /** Blocks in use. */
  readonly live: number;
  /** Bytes in use, as asked for. */
  readonly bytes: number;
  /** The greatest `bytes` so far. */
  readonly peak: number;
  /** Bytes taken from the host. */
  readonly capacity: number;
}

/** Trouble met since the last look: which kernel, what, and a number that tells more. */
export interface Trouble {
  readonly kernel: string;
  readonly code: number;
  readonly detail: number;
}

export interface Backend {
  readonly name: string;
  has(kernel: Kernel<never>, dtype: Dtype): boolean;
  /** New memory, not cleared. `op` and `shape` name the request in an OutOfMemoryError. */
  alloc(bytes: number, op: string, shape?: readonly number[]): Block;
  free(block: Block): void;
  write(to: Operand, data: DataArray): void;
  /** Fills `into`. Waits for what runs before it. */
  read(from: Operand, into: DataArray): Promise<void>;
  /** As read, at once; absent where reading must wait. */
  readSync?(from: Operand, into: DataArray): void;
  /** Runs all pieces of a kernel; order is kept. */
  run<F extends Fields>(kernel: Kernel<F>, dtype: Dtype, args: Args<F, Operand>): void;
  /** The first trouble since the last call, and clears it. Only at sync points. */
  trouble(): Trouble | null;
  stats(): Stats;
}
