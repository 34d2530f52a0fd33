/** Entries of a tensor that is known as a function: asked for in blocks, checked, counted. */

import { NonFiniteError, ShapeError } from '../../errors.ts';
import type { Axes } from '../../formats/network.ts';
import { showShape } from '../../shape.ts';

/**
 * The entries of a tensor: by a function of one index an axis, or of many at once. `batch` gets row-major indices
 * [count, axes] and gives the values in their order; the array is used again after the call.
 */
export type Entries =
  | ((...index: number[]) => number)
  | { readonly batch: (indices: Int32Array, count: number) => ArrayLike<number> };

/** A list of partial indices, [count, width] row by row. */
export interface IndexSet {
  readonly count: number;
  readonly width: number;
  readonly data: Int32Array;
}

/** One index without a number: the outside of the first and of the last mode. */
export const NOTHING: IndexSet = { count: 1, width: 0, data: new Int32Array(0) };

/** The pairs (row, i) at places row * n + i, i behind the row. */
export function extended(set: IndexSet, n: number, places: Int32Array): IndexSet {
  const width = set.width + 1;
  const data = new Int32Array(places.length * width);
  places.forEach((place, k) => {
    const row = Math.floor(place / n);
    data.set(set.data.subarray(row * set.width, (row + 1) * set.width), k * width);
    data[k * width + set.width] = place % n;
  });
  return { count: places.length, width, data };
}

/** Each row backwards. */
export function backwards({ count, width, data }: IndexSet): IndexSet {
  const out = new Int32Array(data.length);
  for (let k = 0; k < count; k++) {
    for (let j = 0; j < width; j++) out[k * width + j] = data[k * width + width - 1 - j]!;
  }
  return { count, width, data: out };
}

/** Points asked for at once. */
const CHUNK = 32768;

/** Asks a function over axes, each the row-major merge of modes, for entries by modes. */
export class Sampler {
  /** Entries asked for so far. */
  evaluations = 0;
  readonly #f: Entries;
  readonly #sizes: readonly number[];
  readonly #axes: Axes;

  /** Throws ShapeError for what is no function, and for axes beyond 2^31 - 1. */
  constructor(f: Entries, sizes: readonly number[], axes: Axes) {
    if (typeof f !== 'function' && typeof f?.batch !== 'function') {
      throw new ShapeError('tt.cross', 'entries are a function, or { batch }', typeof f, 'write (i, j, k) => value');
    }
    for (const modes of axes) {
      const n = modes.reduce((product, k) => product * sizes[k]!, 1);
      if (n > 2147483647) {
        throw new ShapeError('tt.cross', 'an index of an axis fits 31 bits', String(n), 'give its modes as axes');
      }
    }
    this.#f = f;
    this.#sizes = sizes;
    this.#axes = axes;
  }

  /** Values at all (left, i, right), i over modes of the given sizes: [left.count, ...sizes, right.count]. */
  block(left: IndexSet, sizes: readonly number[], right: IndexSet, isReversed: boolean): Float64Array {
    const middle = sizes.reduce((product, n) => product * n, 1);
    const width = this.#sizes.length;
    const row = new Int32Array(width);
    return this.#values(left.count * middle * right.count, (k, modes) => {
      const l = Math.floor(k / (middle * right.count));
      row.set(left.data.subarray(l * left.width, (l + 1) * left.width));
      let rest = Math.floor(k / right.count) % middle;
      for (let j = sizes.length - 1; j >= 0; j--) {
        row[left.width + j] = rest % sizes[j]!;
        rest = Math.floor(rest / sizes[j]!);
      }
      const r = k % right.count;
      row.set(right.data.subarray(r * right.width, (r + 1) * right.width), width - right.width);
      for (let j = 0; j < width; j++) modes[j] = row[isReversed ? width - 1 - j : j]!;
    });
  }

  /** Values at the given indices by modes. */
  at({ count, width, data }: IndexSet): Float64Array {
    return this.#values(count, (k, modes) => modes.set(data.subarray(k * width, (k + 1) * width)));
  }

  /** Indices by modes as indices by axes, [count, axes]. */
  byAxis({ count, width, data }: IndexSet): Int32Array {
    const out = new Int32Array(count * this.#axes.length);
    for (let k = 0; k < count; k++) this.#merge(data.subarray(k * width, (k + 1) * width), out, k);
    return out;
  }

  /** Row k of indices by axes. */
  #merge(modes: Int32Array, indices: Int32Array, k: number): void {
    const order = this.#axes.length;
    for (let a = 0; a < order; a++) {
      let i = 0;
      for (const m of this.#axes[a]!) i = i * this.#sizes[m]! + modes[m]!;
      indices[k * order + a] = i;
    }
  }

  /** Values at `count` points whose modes `fill` writes. */
  #values(count: number, fill: (k: number, modes: Int32Array) => void): Float64Array {
    const out = new Float64Array(count);
    const order = this.#axes.length;
    const modes = new Int32Array(this.#sizes.length);
    const indices = new Int32Array(Math.min(count, CHUNK) * order);
    for (let from = 0; from < count; from += CHUNK) {
      const length = Math.min(CHUNK, count - from);
      for (let k = 0; k < length; k++) {
        fill(from + k, modes);
        this.#merge(modes, indices, k);
      }
      this.#ask(indices.subarray(0, length * order), length, out.subarray(from, from + length));
    }
    return out;
  }

  #ask(indices: Int32Array, count: number, out: Float64Array): void {
    const order = this.#axes.length;
    this.evaluations += count;
    if (typeof this.#f === 'function') {
      const index = new Array<number>(order);
      for (let k = 0; k < count; k++) {
        for (let a = 0; a < order; a++) index[a] = indices[k * order + a]!;
        out[k] = this.#f(...index);
      }
    } else {
      const values = this.#f.batch(indices, count);
      if (values?.length !== count) {
        const got = `${values?.length ?? typeof values} values for ${count} indices`;
        throw new ShapeError('tt.cross', 'a batch has a value for each index', got, 'correct the function');
      }
      for (let k = 0; k < count; k++) out[k] = values[k]!;
    }
    for (let k = 0; k < count; k++) {
      if (Number.isFinite(out[k]!)) continue;
      const got = `${out[k]} at ${showShape([...indices.subarray(k * order, (k + 1) * order)])}`;
      throw new NonFiniteError('tt.cross', 'entries are finite', got, 'correct the function');
    }
  }
}
