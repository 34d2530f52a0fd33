/**
 * Size-class allocator on linear memory. Blocks are 64-byte aligned; classes are four steps an octave, so at most a
 * fifth is lost; freed blocks wait in their class, and become one with their neighbours when memory is full. Address 0
 * means absent, and the first page belongs to the engine: status slot, argument block. The top advances only after memory
 * has grown.
 */

export const PAGE = 65536;
const ALIGN = 64;

export interface HeapOptions {
  /** First byte that may be given out. */
  readonly base?: number;
  /** Grow by single pages and at every allocation, so that views detach as often as possible. */
  readonly growStress?: boolean;
  /** Surround blocks with guard bytes, checked when they are freed, and fill freed blocks with NaN. */
  readonly canary?: boolean;
}

/** The bytes really reserved for a request: the smallest class that holds it. */
export function classOf(bytes: number): number {
  if (bytes <= 4 * ALIGN) return Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
  let octave = 4 * ALIGN;
  while (octave * 2 <= bytes) octave *= 2;
  const step = octave / 4;
  return Math.ceil(bytes / step) * step;
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly limit: number;
  readonly options: HeapOptions;
  #top: number;
  #free = new Map<number, number[]>();

  constructor(memory: WebAssembly.Memory, limit: number, options: HeapOptions = {}) {
    this.memory = memory;
    this.limit = limit;
    this.options = options;
    this.#top = Math.max(options.base ?? 0, PAGE);
  }

  /** An address for `bytes`, or -1 where memory cannot hold them. */
  take(bytes: number): number {
    const size = classOf(bytes);
    let address = this.#find(size);
    if (address < 0) address = this.#borrow(size);
    if (address >= 0) return address;
    this.#merge();
    address = this.#find(size);
    return address < 0 ? this.#borrow(size) : address;
  }

  /** Gives an address back to its class. */
  give(address: number, bytes: number): void {
    const size = classOf(bytes);
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [address]);
    else list.push(address);
  }

  /** A waiting block of a class, or new memory at the top. */
  #find(size: number): number {
    const waiting = this.#free.get(size)?.pop();
    if (waiting !== undefined) return waiting;
    const address = this.#top;
    if (address + size > this.limit || !this.#growTo(address + size)) return -1;
    this.#top = address + size;
    return address;
  }

  /** When memory is full: the head of a larger waiting block. */
  #borrow(size: number): number {
    for (const [larger, list] of [...this.#free].sort((a, b) => a[0] - b[0])) {
      if (larger <= size || list.length === 0) continue;
      const address = list.pop()!;
      this.#giveRegion(address + size, larger - size);
      return address;
    }
    return -1;
  }

  /** When no waiting block is large enough: neighbours become one, and the last of them new memory again. */
  #merge(): void {
    const waiting = [...this.#free].flatMap(([size, list]) => list.map((address): [number, number] => [address, size]));
    waiting.sort((a, b) => a[0] - b[0]);
    this.#free.clear();
    let [begin, end] = [0, 0];
    for (const [address, size] of waiting) {
      if (address !== end) {
        this.#giveRegion(begin, end - begin);
        begin = address;
      }
      end = address + size;
    }
    if (end === this.#top) this.#top = begin;
    else this.#giveRegion(begin, end - begin);
  }

  /** Gives a region back in blocks, each as large as there is a class for it. */
  #giveRegion(address: number, bytes: number): void {
    while (bytes >= ALIGN) {
      const size = floorClass(bytes);
      this.give(address, size);
      address += size;
      bytes -= size;
    }
  }

  #growTo(end: number): boolean {
    const have = this.memory.buffer.byteLength;
    if (end <= have && !this.options.growStress) return true;
    const needed = Math.max(0, Math.ceil((end - have) / PAGE));
    // An eighth more than needed keeps growth rare without holding memory that nobody asked for.
    const ahead = this.options.growStress ? Math.max(needed, 1) : Math.max(needed, Math.ceil(have / PAGE / 8));
    return this.#grow(ahead) || (ahead > needed && this.#grow(needed)) || end <= this.memory.buffer.byteLength;
  }

  #grow(pages: number): boolean {
    if (this.memory.buffer.byteLength + pages * PAGE > this.limit) return false;
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}

/** The greatest class that is not larger than `bytes`. */
function floorClass(bytes: number): number {
  let size = classOf(bytes);
  if (size <= bytes) return size;
  size = ALIGN;
  for (let next = size; next <= bytes; next = classOf(next + 1)) size = next;
  return size;
}
