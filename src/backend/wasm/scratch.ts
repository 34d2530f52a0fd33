/** Mark and release: workspace for kernels, one region that is replaced by a larger one when it is too small. */

import { OutOfMemoryError } from '../../errors.ts';
import { classOf, type Heap } from './heap.ts';

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
    const size = Math.ceil(bytes / 64) * 64;
    if (this.#used + size > this.#bytes) this.#replace(size, op);
    const address = this.#start + this.#used;
    this.#used += size;
    return address;
  }

  /** A larger region. Only an empty stack may move: addresses already given out must stay. */
  #replace(size: number, op: string): void {
    if (this.#used > 0) throw new OutOfMemoryError(op, size, this.#used, this.#bytes);
    if (this.#bytes > 0) this.#heap.give(this.#start, this.#bytes);
    // All that its class reserves, so that slightly larger requests do not move it again.
    this.#bytes = classOf(Math.max(size, 65536));
    this.#start = this.#heap.take(this.#bytes);
    if (this.#start >= 0) return;
    this.#bytes = 0;
    throw new OutOfMemoryError(op, size, 0, this.#heap.limit);
  }

  release(mark: number): void {
    this.#used = mark;
  }
}
