/** The wasm backend: compiled kernels on one linear memory. Writes the argument block, calls, keeps order. */

import { bytesOf, type DataArray, type Dtype } from '../../dtype.ts';
import { BackendError, OutOfMemoryError, ShapeError } from '../../errors.ts';
import { type Args, type Fields, type Kernel, layoutOf, type Slot } from '../../kernels/kernel.ts';
import type { Backend, Block, Operand, Stats, Trouble } from '../backend.ts';
import { checkGuards, GUARD, markFreed, writeGuards } from './canary.ts';
import { Heap, type HeapOptions } from './heap.ts';
import { Views } from './memory.ts';
import { Scratch } from './scratch.ts';

/** Byte addresses in the first page; assembly/abi.ts has the same. */
const STATUS = 16;
const ARGS = 64;
const INITIAL_PAGES = 16;
const MAX_PAGES = 65536;

type Compiled = (args: number) => void;

/** A kernel as it is called: its exports by dtype, where its fields go, and where the lists of its dims begin. */
interface Bound {
  readonly calls: Readonly<Partial<Record<Dtype, Compiled>>>;
  readonly slots: readonly (Slot & { readonly index: number })[];
  readonly tail: number;
}

export interface WasmOptions extends HeapOptions {
  /** Most bytes of linear memory, at most 4 GiB. */
  readonly limit?: number;
}

export class WasmBackend implements Backend {
  readonly name: string = 'wasm';
  readonly #heap: Heap;
  readonly #views: Views;
  readonly #scratch: Scratch;
  readonly #exports: Record<string, Compiled>;
  readonly #guard: number;
  readonly #bound = new Map<object, Bound>();
  #live = 0;
  #bytes = 0;
  #peak = 0;
  #culprit = '';
  #faulted = false;

  constructor(module: WebAssembly.Module, options: WasmOptions = {}) {
    const most = MAX_PAGES * 65536;
    const { limit = most, base = 0 } = options;
    for (const [name, bytes] of Object.entries({ limit, base })) {
      if (bytes >= 0 && bytes <= most) continue;
      throw new BackendError('init', `${name} is a number of bytes up to ${most}`, String(bytes), 'correct it');
    }
    const initial = Math.max(INITIAL_PAGES, Math.ceil(base / 65536));
    const memory = memoryOf(initial);
    this.#heap = new Heap(memory, limit, options);
    this.#views = new Views(memory);
    this.#scratch = new Scratch(this.#heap);
    this.#guard = options.canary ? GUARD : 0;
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Compiled>;
  }

  has(kernel: Kernel<never>, dtype: Dtype): boolean {
    return `${kernel.name}_${dtype}` in this.#exports;
  }

  alloc(bytes: number, op: string, shape?: readonly number[]): Block {
    const address = this.#heap.take(bytes + 2 * this.#guard);
    if (address < 0) throw new OutOfMemoryError(op, bytes, this.#bytes, this.#heap.limit, shape);
    const block: Block = { backend: this, bytes, address: address + this.#guard, live: true };
    if (this.#guard > 0) writeGuards(this.#views.u8(), block);
    this.#live++;
    this.#bytes += bytes;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return block;
  }

  free(block: Block): void {
    this.#check(block);
    if (this.#guard > 0) {
      checkGuards(this.#views.u8(), block);
      markFreed(this.#views.u8(), block);
    }
    block.live = false;
    this.#heap.give(block.address - this.#guard, block.bytes + 2 * this.#guard);
    this.#live--;
    this.#bytes -= block.bytes;
  }

  write(to: Operand, data: DataArray): void {
    this.#check(to.block);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#views.u8().set(bytes, to.block.address + to.byteOffset);
  }

  readSync(from: Operand, into: DataArray): void {
    this.#check(from.block);
    const start = from.block.address + from.byteOffset;
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    bytes.set(this.#views.u8().subarray(start, start + into.byteLength));
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
    const bound = this.#bound.get(kernel) ?? this.#bind(kernel);
    const call = bound.calls[dtype];
    if (call === undefined || this.#faulted) this.#refuse(kernel.name, dtype);
    if (begin >= end) return;
    const mark = this.#scratch.mark();
    const work = this.#takeWork(
      kernel,
      kernel.scratch === undefined ? 0 : kernel.scratch(args as never, bytesOf(dtype)),
    );
    const i32 = this.#views.i32();
    i32[ARGS >> 2] = begin;
    i32[(ARGS >> 2) + 1] = end;
    i32[(ARGS >> 2) + 2] = work.address;
    this.#writeFields(bound, args, kernel.name);
    try {
      call!(ARGS);
    } catch (cause) {
      this.#faulted = true;
      throw new BackendError(
        kernel.name,
        'a kernel never traps',
        String(cause),
        'report this; call init() for a new instance',
        {
          cause,
        },
      );
    } finally {
      this.#scratch.release(mark);
    }
    if (this.#guard > 0 && work.bytes > 0) checkGuards(this.#views.u8(), work);
    if (this.#culprit === '' && this.#views.i32()[STATUS >> 2] !== 0) this.#culprit = kernel.name;
  }

  trouble(): Trouble | null {
    if (this.#culprit === '') return null;
    const i32 = this.#views.i32();
    const trouble = { kernel: this.#culprit, code: i32[STATUS >> 2]!, detail: i32[(STATUS >> 2) + 1]! };
    i32[STATUS >> 2] = 0;
    this.#culprit = '';
    return trouble;
  }

  stats(): Stats {
    return { live: this.#live, bytes: this.#bytes, peak: this.#peak, capacity: this.#heap.memory.buffer.byteLength };
  }

  /** Workspace for one call; guarded and filled with NaN in the canary mode. */
  #takeWork(kernel: { readonly name: string }, bytes: number): { address: number; bytes: number } {
    if (bytes === 0) return { address: 0, bytes };
    const work = { address: this.#scratch.take(bytes + 2 * this.#guard, kernel.name) + this.#guard, bytes };
    if (this.#guard > 0) {
      writeGuards(this.#views.u8(), work);
      markFreed(this.#views.u8(), work);
    }
    return work;
  }

  #bind(kernel: { readonly name: string; readonly dtypes: readonly Dtype[]; readonly fields: Fields }): Bound {
    const { slots, bytes } = layoutOf(kernel);
    const bound = {
      calls: Object.fromEntries(kernel.dtypes.map((dtype) => [dtype, this.#exports[`${kernel.name}_${dtype}`]])),
      slots: slots.map((slot) => ({ ...slot, index: (ARGS + slot.offset) >> 2 })),
      tail: (ARGS + bytes) >> 2,
    };
    this.#bound.set(kernel, bound);
    return bound;
  }

  #writeFields({ slots, tail }: Bound, args: object, kernel: string): void {
    const i32 = this.#views.i32();
    for (let k = 0; k < slots.length; k++) {
      const { name, kind, index } = slots[k]!;
      const value = (args as Record<string, unknown>)[name];
      if (kind === 'int') putInt(i32, index, value as number, kernel, name);
      else if (kind === 'real') this.#views.f64()[index >> 1] = value as number;
      else if (kind === 'dims') {
        const list = value as readonly number[];
        i32[index] = tail << 2;
        for (let j = 0; j < list.length; j++) putInt(i32, tail++, list[j]!, kernel, name);
      } else i32[index] = value === null ? 0 : this.#addressOf(value as Operand, kernel, name);
    }
  }

  #addressOf(operand: Operand | undefined, kernel: string, name: string): number {
    if (operand === undefined)
      throw new BackendError(kernel, `field ${name} is given`, 'nothing', 'pass an operand or null');
    this.#check(operand.block);
    return operand.block.address + operand.byteOffset;
  }

  #check(block: Block): void {
    if (block.backend !== this) {
      throw new BackendError(
        this.name,
        'a block belongs to one backend',
        `a block of ${block.backend?.name}`,
        'move the tensor',
      );
    }
    if (!block.live)
      throw new BackendError(
        this.name,
        'a block is used before it is freed',
        'a freed block',
        'keep the tensor longer',
      );
  }

  #refuse(kernel: string, dtype: Dtype): never {
    if (this.#faulted)
      throw new BackendError(kernel, 'the instance is sound', 'one that has trapped', 'call init() for a new instance');
    throw new BackendError(
      kernel,
      `${this.name} has a kernel for the dtype`,
      dtype,
      "cast the operands or use the 'reference' backend",
    );
  }
}

/** Writes a word of a block. What it cannot hold would be another number to the kernel. */
function putInt(i32: Int32Array, index: number, value: number, kernel: string, name: string): void {
  i32[index] = value;
  if ((value | 0) === value) return;
  const rule = 'sizes and strides are whole numbers below 2^31';
  throw new ShapeError(kernel, rule, `${name} = ${String(value)}`, 'use smaller tensors');
}

function memoryOf(initial: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial, maximum: MAX_PAGES });
  } catch (cause) {
    const got = `${cause} for ${initial} pages`;
    throw new BackendError('init', 'the host gives linear memory', got, 'raise its limits, or lower base', { cause });
  }
}
