/**
 * The step that tree decompositions repeat: X as a matrix of some modes against all others is split in U and U'X with
 * orthonormal U, cut at a rank. The long side meets only QR factorizations of blocks (TSQR: Demmel, Grigori, Hoemmen &
 * Langou 2012): no copy of the unfolding and no square of a long mode is made. 2 m n min(m, n) operations and an SVD of
 * the short side.
 */

import { backend } from '../backend/current.ts';
import type { Real } from '../dtype.ts';
import { concat } from '../ops/concat.ts';
import { contiguous, copyInto } from '../ops/contiguous.ts';
import { pair, pairing } from '../ops/einsum/pair.ts';
import { qr } from '../ops/linalg/qr.ts';
import { timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { svd } from '../ops/linalg/svd.ts';
import { triangle } from '../ops/linalg/triangle.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { slice, split } from '../ops/slice.ts';
import { swapAxes, transpose } from '../ops/transpose.ts';
import { sizeOf } from '../shape.ts';
import { blank } from '../tensor/create.ts';
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
const TALL = 2;
const BLOCKS = 16;
/** Exponents that an orthonormal factor bears without harm. */
const BORNE: Readonly<Record<Real, number>> = { f32: 60, f64: 500 };

export interface SplitOptions {
  /** The tensor is x 2^-exponent; default 0. Blocks are scaled, never the whole. */
  readonly exponent?: number;
  /** Frees x as soon as it is no longer needed. */
  readonly consumes?: boolean;
}

/** The leading left singular vectors of x [.., ..] with the modes `rows` against all others. */
export function basisOf(x: Tensor, rows: readonly number[], choose: Choose, exponent = 0): Basis {
  const { m, n } = sidesOf(x, rows);
  return scope(() => {
    if (m <= n) return shortBasis(x, rows, choose, exponent);
    const { U, values } = tallSplit(x, rows, choose, { exponent });
    return { U, values };
  });
}

/** As basisOf(), with what is left of x. */
export function splitOff(x: Tensor, rows: readonly number[], choose: Choose, options: SplitOptions = {}): Split {
  const { exponent = 0, consumes = false } = options;
  const { m, n } = sidesOf(x, rows);
  const result = scope((): Split => {
    if (m > n) return tallSplit(x, rows, choose, options);
    const { U, values } = shortBasis(x, rows, choose, exponent);
    return { U, values, rest: projected(x, rows, U, exponent) };
  });
  if (consumes) x.dispose();
  return result;
}

/** U'X 2^-exponent [r, ...other modes] for U [...rows, r]. */
export function projected(x: Tensor, rows: readonly number[], U: Tensor, exponent = 0): Tensor {
  const labels = x.shape.map((_, k) => `n${k}`);
  const own = rows.map((k) => labels[k]!);
  const others = labels.filter((label) => !own.includes(label));
  const product = pairing([...own, 'r'], labels, ['r', ...others]);
  // In one step where U bears the whole power, which saves a copy of the result.
  const first = Math.abs(exponent) <= BORNE[U.dtype as Real] ? exponent : Math.trunc(exponent / 2);
  return scope(() => timesPowerOfTwo(pair(timesPowerOfTwo(U, -first), x, product), first - exponent));
}

function othersOf(x: Tensor, rows: readonly number[]): number[] {
  return x.shape.flatMap((_, k) => (rows.includes(k) ? [] : [k]));
}

function sidesOf(x: Tensor, rows: readonly number[]): { m: number; n: number } {
  const m = sizeOf(rows.map((k) => x.shape[k]!));
  return { m, n: x.size / m };
}

/** Few rows: the triangle of the transpose has the same left singular vectors. */
function shortBasis(x: Tensor, rows: readonly number[], choose: Choose, exponent: number): Basis {
  const { m, n } = sidesOf(x, rows);
  const others = othersOf(x, rows);
  const order = [...others, ...rows];
  const triangles = blocksOf(x, others, n, m).map((part) =>
    scope(() => triangle(reshape(transpose(part, order), [-1, m]), exponent)),
  );
  const R = triangles.length === 1 ? triangles[0]! : triangle(concat(triangles));
  const { U, S } = svd(swapAxes(R, 0, 1));
  const values = Float64Array.from(dataSync(S));
  const first = contiguous(slice(U, [null, [0, choose(values)]]));
  return { U: reshape(first, [...rows.map((k) => x.shape[k]!), -1]), values };
}

/** Views of x along the longest of some modes, which are `count` rows of `width` columns. */
function blocksOf(x: Tensor, modes: readonly number[], count: number, width: number): Tensor[] {
  const axis = longest(x, modes);
  if (axis === undefined) return [x];
  const length = x.shape[axis]!;
  const least = Math.max(1, Math.ceil((TALL * width * length) / count), Math.ceil(length / BLOCKS));
  const blocks = Math.max(1, Math.floor(length / least));
  // As equal as can be: the largest one takes the memory.
  const sizes = Array.from({ length: blocks }, (_, k) => Math.floor(length / blocks) + (k < length % blocks ? 1 : 0));
  return blocks === 1 ? [x] : split(x, sizes, axis);
}

function longest(x: Tensor, modes: readonly number[]): number | undefined {
  return modes.reduce<number | undefined>((a, b) => (a === undefined || x.shape[b]! > x.shape[a]! ? b : a), undefined);
}

/**
 * Many rows: QR of blocks, SVD of the triangle, and the two orthogonal factors multiplied block by block. Where x goes,
 * the blocks' orthogonal factors take its place; where it stays, they are made a second time instead of being kept.
 */
function tallSplit(x: Tensor, rows: readonly number[], choose: Choose, options: SplitOptions): Split {
  const { exponent = 0, consumes = false } = options;
  const { m, n } = sidesOf(x, rows);
  const others = othersOf(x, rows);
  const all = rows.map((k) => x.shape[k]!);
  const blocks = blocksOf(x, rows, m, n);
  const factor = (part: Tensor): { Q: Tensor; R: Tensor } =>
    qr(reshape(timesPowerOfTwo(transpose(part, [...rows, ...others]), -exponent), [-1, n]));
  const kept = consumes || blocks.length === 1 ? blocks.map((part) => scope(() => factor(part))) : null;
  const triangles = kept?.map(({ R }) => R) ?? blocks.map((part) => scope(() => factor(part).R));
  if (consumes) x.dispose();
  const { turns, values, rest } = scope(() => turned(triangles, choose));
  const opened = reshape(rest, [-1, ...others.map((k) => x.shape[k]!)]);
  if (blocks.length === 1) return { U: reshape(matmul(kept![0]!.Q, turns[0]!), [...all, -1]), values, rest: opened };
  const U = blank('splitOff', [...all, rest.shape[0]!], x.dtype);
  const axis = longest(x, rows)!;
  let offset = 0;
  blocks.forEach((part, k) => {
    scope(() => {
      const Q = kept === null ? factor(part).Q : kept[k]!.Q;
      const shape = rows.map((mode) => part.shape[mode]!);
      copyInto(U, U.strides, offset, reshape(matmul(Q, turns[k]!), [...shape, -1]), backend());
    });
    if (kept !== null) kept[k]!.Q.dispose();
    offset += part.shape[axis]! * U.strides[rows.indexOf(axis)]!;
  });
  return { U, values, rest: opened };
}

/** From the triangles of blocks: what turns the orthogonal factor of each into the singular vectors, and U'X. */
function turned(triangles: readonly Tensor[], choose: Choose): { turns: Tensor[]; values: Float64Array; rest: Tensor } {
  const top = triangles.length === 1 ? null : scope(() => qr(concat(triangles)));
  const heights = triangles.map(({ shape }) => shape[0]!);
  const R = top?.R ?? triangles[0]!;
  const { U, S } = svd(R);
  const values = Float64Array.from(dataSync(S));
  const first = slice(U, [null, [0, choose(values)]]);
  const rest = matmul(swapAxes(first, 0, 1), R);
  const turns = top === null ? [contiguous(first)] : split(matmul(top.Q, first), heights);
  for (const triangle of triangles) triangle.dispose();
  return { turns, values, rest };
}
