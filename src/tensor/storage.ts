/**
 * Where a tensor's elements live. A *host* storage owns a JavaScript typed array and is collected like any object; while
 * a scope uses it, it may have a copy in backend memory. A *resident* storage lives in backend memory only and is freed
 * by its scope or its keeper.
 */

import { backend } from '../backend/current.ts';
import type { Backend, Block, Operand } from '../backend/backend.ts';
import { arrayOf, bytesOf, type DataArray, type Dtype } from '../dtype.ts';
import { BackendError } from '../errors.ts';

let made = 0;

/** The number of storages made so far: those with a `serial` at or above it are younger than this moment. */
export function storagesMade(): number {
  return made;
}

export class Storage {
  /** Counts storages in order of creation. */
  readonly serial: number = made++;
  readonly dtype: Dtype;
  readonly length: number;
  /** The host home, or null where the storage is resident. */
  array: DataArray | null = null;
  /** The resident home, or a scope's copy of the host home. */
  block: Block | null = null;
  /** The scope that frees it. Belongs to scope.ts. */
  owner: object | null = null;
  /** The walk back over a tape that counts its uses, and how many are left. Belong to ops/backward.ts. */
  walk = 0;
  uses = 0;
  /** Whether it was taken out of its scopes. */
  kept = false;
  /** Why the elements are gone, or null while they are there. */
  gone: string | null = null;

  constructor(dtype: Dtype, length: number) {
    this.dtype = dtype;
    this.length = length;
  }

  /** A host storage over `array`, which it owns from now on. */
  static host(dtype: Dtype, array: DataArray): Storage {
    const storage = new Storage(dtype, array.length);
    storage.array = array;
    return storage;
  }

  /** A resident storage, not cleared. */
  static resident(dtype: Dtype, length: number, op: string, shape: readonly number[]): Storage {
    const storage = new Storage(dtype, length);
    storage.block = backend().alloc(length * bytesOf(dtype), op, shape);
    return storage;
  }

  /** Makes sure that the elements are in the memory of `on`; true where this made a new copy. */
  upload(on: Backend, op: string): boolean {
    this.check(op);
    if (this.block !== null && this.block.backend === on) return false;
    if (this.array === null) {
      const { name } = this.block!.backend;
      const got = `a tensor on ${name === on.name ? `another ${name}` : name}`;
      throw new BackendError(op, `operands are on ${on.name}`, got, 'read it on its own backend and make a new one');
    }
    if (this.block !== null) this.block.backend.free(this.block);
    this.block = null;
    this.block = on.alloc(this.array.byteLength, op, [this.length]);
    on.write({ block: this.block, byteOffset: 0 }, this.array);
    return true;
  }

  /** Moves a resident storage to the host, waiting for what runs. */
  download(): void {
    if (this.array !== null || this.block === null) return;
    const array = arrayOf(this.dtype, this.length);
    readNow(this.block, 0, array);
    this.array = array;
    this.block.backend.free(this.block);
    this.block = null;
  }

  /** Ends the resident part: a copy is dropped, a home is gone. `reason` is told to whoever uses it later. */
  drop(reason: string): void {
    if (this.block?.live) this.block.backend.free(this.block);
    this.block = null;
    if (this.array === null) this.gone ??= reason;
  }

  check(op: string): void {
    if (this.gone !== null) {
      throw new BackendError(
        op,
        'tensors are used while they live',
        this.gone,
        'return it from its scope, or keep() it',
      );
    }
  }

  operand(offset: number): Operand {
    return { block: this.block!, byteOffset: offset * bytesOf(this.dtype) };
  }
}

/** Reads at once, or throws where the backend must wait. */
export function readNow(block: Block, byteOffset: number, into: DataArray): void {
  if (block.backend.readSync === undefined) {
    throw new BackendError(
      'read',
      'the backend reads at once',
      block.backend.name,
      'await data() inside the scope instead',
    );
  }
  block.backend.readSync({ block, byteOffset }, into);
}
