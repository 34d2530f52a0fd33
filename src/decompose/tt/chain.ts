/**
 * The state of a cross approximation: a train in interpolating form. Left of the centre, cores B [r, n, s] reproduce
 * the entries at nested sets of left indices; right of it, at sets of right indices; the core at the centre holds
 * values. All is written for a sweep to the right; the way back is the same sweep over the chain turned around.
 */

import { matmul } from '../../ops/matmul.ts';
import { qr } from '../../ops/linalg/qr.ts';
import { exponentOf, numberTimesPower } from '../../ops/linalg/scale.ts';
import { reshape } from '../../ops/reshape.ts';
import { own } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import { maxvolRows } from './maxvol.ts';
import { backwards, extended, type IndexSet, NOTHING } from './sampler.ts';

/** A core [r, n, s]. */
export interface Core {
  readonly r: number;
  readonly n: number;
  readonly s: number;
  readonly data: Float64Array;
}

export interface Chain {
  readonly sizes: number[];
  /** Whether the first mode here is the last of the tensor. */
  isReversed: boolean;
  readonly cores: Core[];
  /** left[p]: indices of the modes before p; right[p]: of the modes from p on. */
  readonly left: IndexSet[];
  readonly right: IndexSet[];
  /**
   * Triangles W: the cores before p, merged to a matrix, are an orthonormal basis times W, up to a power of two; for
   * those from p on likewise, transposed.
   */
  readonly leftWeights: Float64Array[];
  readonly rightWeights: Float64Array[];
}

/** A chain over given cores, its centre at the first mode and all right sets chosen from them. */
export function chainOf(cores: readonly Core[]): Chain {
  const d = cores.length;
  const outside = (): IndexSet[] => new Array<IndexSet>(d + 1).fill(NOTHING);
  const one = (): Float64Array[] => new Array<Float64Array>(d + 1).fill(Float64Array.of(1));
  const chain: Chain = {
    sizes: cores.map(({ n }) => n),
    isReversed: false,
    cores: [...cores],
    left: outside(),
    right: outside(),
    leftWeights: one(),
    rightWeights: one(),
  };
  turn(chain);
  for (let p = 0; p < d - 1; p++) {
    const rows = settle(chain, p, chain.cores[p]!);
    const next = chain.cores[p + 1]!;
    const [s, width] = [rows.s, next.n * next.s];
    const data = product(rows.data, next.data, rows.r, s, width);
    chain.cores[p + 1] = { ...next, r: rows.r, data };
  }
  turn(chain);
  return chain;
}

/** Turns a chain around in place. */
export function turn(chain: Chain): void {
  const { sizes, cores, left, right, leftWeights, rightWeights } = chain;
  sizes.reverse();
  cores.reverse();
  for (let p = 0; p < cores.length; p++) cores[p] = transposed(cores[p]!);
  const before = left.map(backwards).reverse();
  left.splice(0, left.length, ...right.map(backwards).reverse());
  right.splice(0, right.length, ...before);
  const weights = [...leftWeights].reverse();
  leftWeights.splice(0, leftWeights.length, ...[...rightWeights].reverse());
  rightWeights.splice(0, rightWeights.length, ...weights);
  chain.isReversed = !chain.isReversed;
}

/** A core [r, n, s] as [s, n, r]. */
export function transposed({ r, n, s, data }: Core): Core {
  const out = new Float64Array(data.length);
  for (let a = 0; a < r; a++) {
    for (let i = 0; i < n; i++) for (let b = 0; b < s; b++) out[(b * n + i) * r + a] = data[(a * n + i) * s + b]!;
  }
  return { r: s, n, s: r, data: out };
}

/**
 * Fixes core p by a block of values [r, n, s] over (left indices, i, columns): rows of nearly the greatest volume
 * become the left indices p + 1, the core becomes the coefficients in them. Returns the chosen rows of the block, [s,
 * 1, s].
 */
export function settle(chain: Chain, p: number, { r, n, s, data }: Core): Core {
  const basis = scope(() => dataSync(qr(own(data, [r * n, s])).Q) as Float64Array);
  const { rows, coefficients } = maxvolRows(basis, r * n, s);
  chain.cores[p] = { r, n, s, data: coefficients };
  chain.left[p + 1] = extended(chain.left[p]!, n, rows);
  chain.leftWeights[p + 1] = weightOf(chain.leftWeights[p]!, chain.cores[p]!);
  const chosen = new Float64Array(s * s);
  rows.forEach((row, k) => {
    chosen.set(data.subarray(row * s, (row + 1) * s), k * s);
  });
  return { r: s, n: 1, s, data: chosen };
}

/** The triangle of the cores up to one, from the triangle of those before it. */
function weightOf(before: Float64Array, { r, n, s, data }: Core): Float64Array {
  const weight = scope(() => {
    const core = matmul(own(before, [r, r]), own(data, [r, n * s]));
    return dataSync(qr(reshape(core, [r * n, s])).R) as Float64Array;
  });
  const top = weight.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const exponent = exponentOf(top);
  return weight.map((x) => numberTimesPower(x, -exponent));
}

/** A [m, k] times B [k, n]. */
export function product(A: Float64Array, B: Float64Array, m: number, k: number, n: number): Float64Array {
  return scope(() => dataSync(matmul(own(A, [m, k]), own(B, [k, n]))) as Float64Array);
}
