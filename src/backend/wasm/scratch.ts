/** Mark and release: workspace for kernels, one region that is replaced by a larger one when it is too small. */

import { OutOfMemoryError } from '../../errors.ts';
import type { Heap } from './heap.ts';

export class Scratch {
  readonly #heap: Heap;
  #start = 0;
  #bytes = 0;
  #used = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  mark(): number {
    return this.#used;
  }

  /** A 64-byte aligned address; valid until release(mark). */
  take(bytes: number, op: string): number {
    const size = (bytes + 63) & ~63;
    if (this.#used + size > this.#bytes) {
      // Only an empty stack may move: addresses already given out must stay.
      if (this.#used === 0 && this.#bytes > 0) this.#heap.give(this.#start, this.#bytes);
      const grown = Math.max(size, 65536);
      const start = this.#heap.take(grown);
      if (start < 0 || this.#used > 0) {
        this.#bytes = 0;
        throw new OutOfMemoryError(op, size, this.#used, this.#heap.limit);
      }
      this.#start = start;
      this.#bytes = grown;
    }
    const address = this.#start + this.#used;
    this.#used += size;
    return address;
  }

  release(mark: number): void {
    this.#used = mark;
  }
}
