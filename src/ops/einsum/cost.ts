/**
 * What a pairwise contraction costs, in units of one floating-point operation at full speed: the planner's only source.
 * A static model, fitted once to measurements of the compiled kernels (bench/ops/path.bench.ts): never a timing at run time, or
 * the order of contraction and with it the last bits would differ between machines.
 */

/** Every number the planner knows about the machine. */
export const COST = {
  /** Elements in a vector; one side of the result is rounded up to whole vectors. */
  lanes: 4,
  /** Reading an operand's element and bringing it into place; in a batch its elements lie further apart. */
  pack: 4,
  packBatch: 8,
  /** Adding an element to the result, once per block of `depth` terms. */
  store: 8,
  depth: 256,
  /** One matrix of a batch. */
  matrix: 1_000,
  /** One call: dispatch, argument block, allocation of the result. */
  call: 45_000,
  /** One product of the elementwise kernel. */
  product: 16,
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

function whole(x: number): number {
  return Math.ceil(x / COST.lanes) * COST.lanes;
}

/** Cost of one pairwise contraction. */
export function pairCost({ batch, m, n, k }: PairSizes): number {
  const { pack, packBatch, store, depth, matrix, call, product } = COST;
  if (k === 1) return product * batch * m * n + call;
  // The kernel lays vectors along the side that wastes less of them.
  const tiles = 2 * Math.min(m * whole(n), whole(m) * n) * k;
  const operands = (batch === 1 ? pack : packBatch) * (m + n) * k;
  return batch * (tiles + operands + store * m * n * Math.ceil(k / depth) + matrix) + call;
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
