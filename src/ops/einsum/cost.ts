/**
 * What a pairwise contraction costs, in units of one floating-point operation at full speed: the planner's only source.
 * A static model, fitted once to measurements of the compiled kernels (bench/kernels): never a timing at run time, or
 * the order of contraction and with it the last bits would differ between machines.
 */

/** Every number the planner knows about the machine. */
export const COST = {
  /** Rows and columns of the micro-kernel's tile; edges cost as much as full tiles. */
  tileRows: 6,
  tileColumns: 8,
  /** Copying an operand's element into panels. */
  pack: 12,
  /** Adding a tile's element to the result, once per block of `depth` terms. */
  store: 8,
  depth: 256,
  /** One matrix of a batch. */
  matrix: 300,
  /** One call: dispatch, argument block, allocation of the result. */
  call: 50_000,
  /** Multiplying or adding two elements in the elementwise kernels. */
  element: 10,
  /** Holding an element of an intermediate result: writing it and reading it again, in cache and past it. */
  near: 2,
  far: 24,
  /** Elements that stay in cache. */
  cache: 250_000,
} as const;

/** Sizes of a pairwise contraction: C[b][i, j] = sum over p of A[b][i, p] B[b][p, j]. */
export interface PairSizes {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

function roundUp(x: number, tile: number): number {
  return Math.ceil(x / tile) * tile;
}

/** Cost of the contraction kernel. */
export function gemmCost({ batch, m, n, k }: PairSizes): number {
  const { tileRows, tileColumns, pack, store, depth, matrix, call } = COST;
  const tiles = Math.min(
    roundUp(m, tileRows) * roundUp(n, tileColumns),
    roundUp(n, tileRows) * roundUp(m, tileColumns),
  );
  const one = 2 * tiles * k + pack * (m + n) * k + store * m * n * Math.ceil(k / depth) + matrix;
  return batch * one + call;
}

/** Cost of multiplying element by element and, where there is something to sum, adding up. */
export function productCost({ batch, m, n, k }: PairSizes): number {
  const { element, call } = COST;
  const products = batch * m * n * k;
  return k === 1 ? element * products + call : 3 * element * products + 2 * call;
}

/** Cost of one pairwise contraction by the cheaper of the two ways. */
export function pairCost(sizes: PairSizes): number {
  return Math.min(gemmCost(sizes), productCost(sizes));
}

/** Cost of keeping an intermediate result of so many elements. */
export function holdCost(elements: number): number {
  return elements * (elements > COST.cache ? COST.far : COST.near);
}

/**
 * Cost of a step in training: the forward contraction and those of the two gradients, which have the same sizes in
 * other roles, and holding the result.
 */
export function stepCost({ batch, m, n, k }: PairSizes): number {
  const gradients = pairCost({ batch, m, n: k, k: n }) + pairCost({ batch, m: k, n, k: m });
  return pairCost({ batch, m, n, k }) + gradients + holdCost(batch * m * n);
}
