/** Clipping by the global norm of all gradients (Pascanu et al. 2013), as one factor for the optimizer's kernel. */

import { add } from '../ops/binary.ts';
import { sumSquares } from '../ops/reduce.ts';
import { item } from '../tensor/read.ts';
import type { Leaves } from './optimizer.ts';

/** The Frobenius norm of all gradients together. A host read. */
export function globalNorm(gradients: Leaves): number {
  const squares = [...gradients.values()].map((g) => sumSquares(g));
  return squares.length === 0 ? 0 : Math.sqrt(item(squares.reduce((a, b) => add(a, b))));
}

/** The factor that brings a norm down to `limit`; 1 where it is below. */
export function clipScale(norm: number, limit: number): number {
  return norm > limit ? limit / norm : 1;
}
