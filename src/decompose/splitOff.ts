/**
 * The step that tree decompositions repeat: X as a matrix of some modes against all others is split in U and U'X with
 * orthonormal U, cut at a rank. The long side meets only QR factorizations of blocks (TSQR: Demmel, Grigori, Hoemmen &
 * Langou 2012): no copy of the unfolding and no square of a long mode is made. 2 m n min(m, n) operations and an SVD of
 * the short side.
 */

import { concat } from '../ops/concat.ts';
import { contiguous } from '../ops/contiguous.ts';
import { pair, pairing } from '../ops/einsum/pair.ts';
import { qr } from '../ops/linalg/qr.ts';
import { svd } from '../ops/linalg/svd.ts';
import { triangle } from '../ops/linalg/triangle.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { slice, split } from '../ops/slice.ts';
import { swapAxes, transpose } from '../ops/transpose.ts';
import { sizeOf } from '../shape.ts';
import { dataSync } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** How many singular values to keep of all, which are given descending and >= 0; at least one. */
export type Choose = (values: Float64Array) => number;

export interface Basis {
  /** [...rows, r] with orthonormal columns: leading left singular vectors of the unfolding. */
  readonly U: Tensor;
  /** All singular values of the unfolding. */
  readonly values: Float64Array;
}

export interface Split extends Basis {
  /** U'X [r, ...other modes in order]. */
  readonly rest: Tensor;
}

/** A block has at least so many times as many rows as columns, and a tensor at most so many blocks. */
const TALL = 8;
const BLOCKS = 16;

/** The leading left singular vectors of x [.., ..] with the modes `rows` against all others. */
export function basisOf(x: Tensor, rows: readonly number[], choose: Choose): Basis {
  const { m, n } = sidesOf(x, rows);
  return scope(() => {
    if (m <= n) return shortBasis(x, rows, choose);
    const { U, values } = tallSplit(x, rows, choose, false);
    return { U, values };
  });
}

/** As basisOf(), with what is left of x. `consumes` frees x as soon as it is no longer needed. */
export function splitOff(x: Tensor, rows: readonly number[], choose: Choose, consumes = false): Split {
  const { m, n } = sidesOf(x, rows);
  const result = scope((): Split => {
    if (m > n) return tallSplit(x, rows, choose, consumes);
    const { U, values } = shortBasis(x, rows, choose);
    return { U, values, rest: projected(x, rows, U) };
  });
  if (consumes) x.dispose();
  return result;
}

/** U'X [r, ...other modes] for U [...rows, r]. */
export function projected(x: Tensor, rows: readonly number[], U: Tensor): Tensor {
  const labels = x.shape.map((_, k) => `n${k}`);
  const own = rows.map((k) => labels[k]!);
  const others = labels.filter((label) => !own.includes(label));
  return pair(U, x, pairing([...own, 'r'], labels, ['r', ...others]));
}

function othersOf(x: Tensor, rows: readonly number[]): number[] {
  return x.shape.flatMap((_, k) => (rows.includes(k) ? [] : [k]));
}

function sidesOf(x: Tensor, rows: readonly number[]): { m: number; n: number } {
  const m = sizeOf(rows.map((k) => x.shape[k]!));
  return { m, n: x.size / m };
}

/** Few rows: the triangle of the transpose has the same left singular vectors. */
function shortBasis(x: Tensor, rows: readonly number[], choose: Choose): Basis {
  const { m, n } = sidesOf(x, rows);
  const others = othersOf(x, rows);
  const order = [...others, ...rows];
  const triangles = blocksOf(x, others, n, m).map((part) =>
    scope(() => triangle(reshape(transpose(part, order), [-1, m]))),
  );
  const R = triangles.length === 1 ? triangles[0]! : triangle(concat(triangles));
  const { U, S } = svd(swapAxes(R, 0, 1));
  const values = Float64Array.from(dataSync(S));
  const first = contiguous(slice(U, [null, [0, choose(values)]]));
  return { U: reshape(first, [...rows.map((k) => x.shape[k]!), -1]), values };
}

/** Views of x along the longest of some modes. */
function blocksOf(x: Tensor, modes: readonly number[], count: number, width: number): Tensor[] {
  const axis = longest(x, modes);
  if (axis === undefined) return [x];
  const length = x.shape[axis]!;
  const each = count / length;
  const step = Math.max(1, Math.ceil((TALL * width) / each), Math.ceil(length / BLOCKS));
  if (2 * step > length) return [x];
  // The last block takes the remainder, so that none is flat.
  const sizes = new Array<number>(Math.floor(length / step)).fill(step);
  sizes[sizes.length - 1]! += length % step;
  return split(x, sizes, axis);
}

function longest(x: Tensor, modes: readonly number[]): number | undefined {
  return modes.reduce<number | undefined>((a, b) => (a === undefined || x.shape[b]! > x.shape[a]! ? b : a), undefined);
}

/** Many rows: QR of blocks, SVD of the triangle, and the two orthogonal factors multiplied block by block. */
function tallSplit(x: Tensor, rows: readonly number[], choose: Choose, consumes: boolean): Split {
  const { m, n } = sidesOf(x, rows);
  const others = othersOf(x, rows);
  const blocks = blocksOf(x, rows, m, n);
  const factors = blocks.map((part) => scope(() => qr(reshape(transpose(part, [...rows, ...others]), [-1, n]))));
  const sizes = others.map((k) => x.shape[k]!);
  const axis = longest(x, rows)!;
  const shapes = blocks.map((part) => rows.map((k) => part.shape[k]!));
  if (consumes) x.dispose();
  const top = factors.length === 1 ? factors[0]! : qr(concat(factors.map(({ R }) => R)));
  const { U: A, S } = svd(top.R);
  const values = Float64Array.from(dataSync(S));
  const first = slice(A, [null, [0, choose(values)]]);
  const rest = matmul(swapAxes(first, 0, 1), top.R);
  const turns =
    factors.length === 1
      ? [first]
      : split(
          matmul(top.Q, first),
          factors.map(({ R }) => R.shape[0]!),
        );
  const parts = factors.map(({ Q }, k) => {
    const part = reshape(matmul(Q, turns[k]!), [...shapes[k]!, -1]);
    Q.dispose();
    return part;
  });
  const U = parts.length === 1 ? parts[0]! : concat(parts, rows.indexOf(axis));
  return { U, values, rest: reshape(rest, [-1, ...sizes]) };
}
