/** The one place that makes views of linear memory. A view made before memory grew has length 0 and drops writes. */

export class Views {
  readonly memory: WebAssembly.Memory;
  #buffer: ArrayBuffer | null = null;
  #u8 = new Uint8Array(0);
  #i32 = new Int32Array(0);
  #f64 = new Float64Array(0);

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  /** Bytes of the whole memory, as of now. */
  u8(): Uint8Array {
    if (this.memory.buffer !== this.#buffer) this.#renew();
    return this.#u8;
  }

  i32(): Int32Array {
    if (this.memory.buffer !== this.#buffer) this.#renew();
    return this.#i32;
  }

  f64(): Float64Array {
    if (this.memory.buffer !== this.#buffer) this.#renew();
    return this.#f64;
  }

  #renew(): void {
    this.#buffer = this.memory.buffer;
    this.#u8 = new Uint8Array(this.#buffer);
    this.#i32 = new Int32Array(this.#buffer);
    this.#f64 = new Float64Array(this.#buffer);
  }
}
