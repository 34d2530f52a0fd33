/**
 * A tensor: storage, shape and strides. It has no arithmetic methods; functions work on it, so that a bundle holds only
 * what is used. Elements never change once a tensor is made, so views share storage freely.
 */

import type { Operand } from '../backend/backend.ts';
import type { Dtype } from '../dtype.ts';
import { isRowMajor, type Shape, showShape, sizeOf } from '../shape.ts';
import type { Storage } from './storage.ts';

export class Tensor {
  readonly storage: Storage;
  /** The mode sizes. */
  readonly shape: Shape;
  /** Steps between neighbours along each mode, in elements. */
  readonly strides: Shape;
  /** Index of the first element in the storage. */
  readonly offset: number;
  /** How it was computed, while a gradient is being recorded. Belongs to the ops floor. */
  tape: unknown = null;

  constructor(storage: Storage, shape: Shape, strides: Shape, offset = 0) {
    this.storage = storage;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
  }

  get dtype(): Dtype {
    return this.storage.dtype;
  }

  /** The number of modes. */
  get order(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Whether the elements lie dense and row-major. */
  get isContiguous(): boolean {
    return isRowMajor(this.shape, this.strides);
  }

  /** The first element in backend memory, for kernels. The tensor must be resident. */
  operand(): Operand {
    return this.storage.operand(this.offset);
  }

  /** Frees backend memory now, for every view of the storage. Tensors in JavaScript memory need no call. */
  dispose(): void {
    this.storage.drop(`a tensor ${showShape(this.shape)} that was disposed`);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return `Tensor ${showShape(this.shape)} ${this.dtype}`;
  }
}
