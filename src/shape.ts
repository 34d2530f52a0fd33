/** Shapes and strides, row-major, counted in elements. Order is the number of modes. */

import { ShapeError } from './errors.ts';

export type Shape = readonly number[];

/** The greatest order a kernel's block holds. */
export const MAX_ORDER = 32;

/** The most elements that kernels count, in 31 bits. */
export const MAX_ELEMENTS = 2147483647;

export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Product of the sizes, checked against the safe integers. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Throws unless every size is a whole number >= 0, the order at most 32 and the product a safe integer. */
export function checkShape(op: string, shape: Shape): void {
  if (!Array.isArray(shape)) {
    throw new ShapeError(op, 'a shape is a list of sizes', String(shape), 'write [n] for one mode');
  }
  if (shape.length > MAX_ORDER) {
    throw new ShapeError(op, `order is at most ${MAX_ORDER}`, String(shape.length), 'merge modes with reshape()');
  }
  let size = 1;
  for (const n of shape) {
    if (!Number.isSafeInteger(n) || n < 0) {
      throw new ShapeError(op, 'sizes are whole numbers >= 0', showShape(shape), 'correct the shape');
    }
    // Zeros are skipped so that [2^40, 2^40, 0] cannot pass as empty.
    if (n > 0) size *= n;
    if (!Number.isSafeInteger(size)) {
      throw new ShapeError(op, 'the number of elements is a safe integer', showShape(shape), 'use a smaller shape');
    }
  }
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}

/** Strides of a dense row-major tensor. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let k = shape.length - 1; k >= 0; k--) {
    strides[k] = step;
    step *= shape[k]!;
  }
  return strides;
}

/** Whether strides describe dense row-major storage; modes of size 1 may carry any stride. */
export function isRowMajor(shape: Shape, strides: Shape): boolean {
  let step = 1;
  for (let k = shape.length - 1; k >= 0; k--) {
    if (shape[k] === 0) return true;
    if (shape[k] !== 1 && strides[k] !== step) return false;
    step *= shape[k]!;
  }
  return true;
}

/** Turns a possibly negative axis into 0..order-1. */
export function axisOf(op: string, axis: number, order: number): number {
  const k = axis < 0 ? axis + order : axis;
  if (!Number.isInteger(axis) || k < 0 || k >= order) {
    const rule = order === 0 ? 'the tensor has a mode' : `axis is an integer in ${-order}..${order - 1}`;
    const got = order === 0 ? `axis ${axis} of a tensor of order 0` : String(axis);
    throw new ShapeError(op, rule, got, order === 0 ? 'reshape it' : 'choose an existing axis');
  }
  return k;
}

/** The shape two operands broadcast to: aligned at the last mode, sizes equal or 1. */
export function broadcastShape(op: string, a: Shape, b: Shape): number[] {
  const order = Math.max(a.length, b.length);
  const out = new Array<number>(order);
  for (let k = 1; k <= order; k++) {
    const m = a[a.length - k] ?? 1;
    const n = b[b.length - k] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        op,
        'sizes must be equal or 1, aligned at the last mode',
        `${showShape(a)} and ${showShape(b)}`,
        'reshape one operand',
      );
    }
    out[order - k] = m === 1 ? n : m;
  }
  return out;
}

/** Strides of `shape` read as the larger `to`: 0 where a mode is repeated. */
export function broadcastStrides(shape: Shape, strides: Shape, to: Shape): number[] {
  const lead = to.length - shape.length;
  return to.map((n, k) => (k < lead || (shape[k - lead] === 1 && n !== 1) ? 0 : strides[k - lead]!));
}

/**
 * Merges neighbouring modes that every operand walks with one stride, and drops modes of size 1: the same elements in
 * the same order with the fewest loops. Returns the shape and one stride list per operand.
 */
export function coalesce(shape: Shape, operands: readonly Shape[]): { shape: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  for (let k = 0; k < shape.length; k++) {
    const n = shape[k]!;
    if (n === 1) continue;
    const last = sizes.length - 1;
    let merges = last >= 0;
    for (let i = 0; merges && i < operands.length; i++) merges = strides[i]![last] === operands[i]![k]! * n;
    if (merges) sizes[last]! *= n;
    else sizes.push(n);
    for (let i = 0; i < operands.length; i++) strides[i]![merges ? last : last + 1] = operands[i]![k]!;
  }
  return { shape: sizes, strides };
}
