/**
 * Sums and products of trains, core by core (Oseledets 2011, section 4). Ranks add under add() and sub(), and multiply
 * under hadamard(); round() brings them down again. All of it is differentiable.
 */

import { add as addBlocks, hadamard as multiply, scale as scaleFirst } from '../formats/algebra.ts';
import type { Factored } from '../formats/network.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { trainOf, twoTrains, withCores } from './train.ts';

/** a + b. Throws ShapeError where the modes differ, DtypeError where the dtypes do; so do sub() and hadamard(). */
export function add(a: Factored, b: Factored): Factored {
  return scope(() => addBlocks(a, alike('add', a, b)));
}

/** a - b. Its norm by norm() keeps the digits that a norm by inner products loses. */
export function sub(a: Factored, b: Factored): Factored {
  return scope(() => addBlocks(a, scaleFirst(alike('sub', a, b), -1)));
}

/** The entrywise product. */
export function hadamard(a: Factored, b: Factored): Factored {
  return scope(() => multiply(a, alike('hadamard', a, b)));
}

/** x times a number, or times a tensor of order 0. The first core carries it. */
export function scale(x: Factored, factor: number | Tensor): Factored {
  trainOf('scale', x);
  return scaleFirst(x, factor);
}

/** b in the labels of a. */
function alike(op: string, a: Factored, b: Factored): Factored {
  const [, { cores }] = twoTrains(op, a, b);
  return withCores(a, cores);
}
