/** The reference backend: every kernel's own plain loops on typed arrays. Slow, and the meaning of all the others. */

import { bytesOf, type DataArray, type Dtype, viewOf } from '../dtype.ts';
import { BackendError, OutOfMemoryError } from '../errors.ts';
import type { Args, Fields, Kernel, Kind, Views } from '../kernels/kernel.ts';
import type { Backend, Block, Operand, Stats, Trouble } from './backend.ts';

interface HostBlock extends Block {
  readonly buffer: ArrayBuffer;
}

const LIMIT = 0x1_0000_0000;
const viewDtype = { index: 'i32', slots: 'f64', bytes: 'u8' } as const;

export class ReferenceBackend implements Backend {
  readonly name = 'reference';
  #live = 0;
  #bytes = 0;
  #peak = 0;
  #trouble: Trouble | null = null;

  has(kernel: Kernel<never>, dtype: Dtype): boolean {
    return kernel.dtypes.includes(dtype);
  }

  alloc(bytes: number, op: string, shape?: readonly number[]): Block {
    if (this.#bytes + bytes > LIMIT) throw new OutOfMemoryError(op, bytes, this.#bytes, LIMIT, shape);
    let buffer: ArrayBuffer;
    try {
      buffer = new ArrayBuffer(Math.ceil(bytes / 8) * 8);
    } catch {
      // The host has less than the limit.
      throw new OutOfMemoryError(op, bytes, this.#bytes, LIMIT, shape);
    }
    const block: HostBlock = { backend: this, bytes, address: 0, live: true, buffer };
    this.#live++;
    this.#bytes += bytes;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return block;
  }

  free(block: Block): void {
    this.#check(block);
    block.live = false;
    this.#live--;
    this.#bytes -= block.bytes;
  }

  write(to: Operand, data: DataArray): void {
    const { buffer } = this.#check(to.block);
    new Uint8Array(buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), to.byteOffset);
  }

  readSync(from: Operand, into: DataArray): void {
    const { buffer } = this.#check(from.block);
    const bytes = new Uint8Array(buffer, from.byteOffset, into.byteLength);
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes);
  }

  async read(from: Operand, into: DataArray): Promise<void> {
    this.readSync(from, into);
  }

  run<F extends Fields>(kernel: Kernel<F>, dtype: Dtype, args: Args<F, Operand>): void {
    this.runPieces(kernel, dtype, args, 0, kernel.tasks(args as never));
  }

  /** Runs pieces [begin, end) of a kernel: one worker's share. */
  runPieces<F extends Fields>(
    kernel: Kernel<F>,
    dtype: Dtype,
    args: Args<F, Operand>,
    begin: number,
    end: number,
  ): void {
    if (!kernel.dtypes.includes(dtype)) {
      throw new BackendError(
        kernel.name,
        `the reference has it for ${kernel.dtypes.join(', ')}`,
        dtype,
        'cast the operands',
      );
    }
    if (begin >= end) return;
    const views: Record<string, unknown> = { begin, end };
    for (const name in kernel.fields) views[name] = this.#view(kernel.fields[name]!, dtype, args[name]);
    const round = dtype === 'f32' ? Math.fround : (x: number): number => x;
    kernel.reference(views as Views<F>, round, (code, detail) => {
      this.#trouble ??= { kernel: kernel.name, code, detail };
    });
  }

  trouble(): Trouble | null {
    const trouble = this.#trouble;
    this.#trouble = null;
    return trouble;
  }

  stats(): Stats {
    return { live: this.#live, bytes: this.#bytes, peak: this.#peak, capacity: this.#bytes };
  }

  #view(kind: Kind, dtype: Dtype, value: unknown): unknown {
    if (kind === 'int' || kind === 'real' || kind === 'dims') return value;
    const as = kind === 'data' ? dtype : viewDtype[kind];
    if (value === null) return viewOf(as, new ArrayBuffer(0), 0);
    const { block, byteOffset } = value as Operand;
    const { buffer } = this.#check(block);
    return viewOf(as, buffer, byteOffset, Math.floor((buffer.byteLength - byteOffset) / bytesOf(as)));
  }

  #check(block: Block): HostBlock {
    if (block.backend !== this) {
      throw new BackendError(
        'reference',
        'a block belongs to one backend',
        `a block of ${block.backend.name}`,
        'move the tensor',
      );
    }
    if (!block.live)
      throw new BackendError(
        'reference',
        'a block is used before it is freed',
        'a freed block',
        'keep the tensor longer',
      );
    return block as HostBlock;
  }
}
