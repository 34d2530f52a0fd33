/** Products of matrices and vectors: contractions with the labels of linear algebra. */

import { ShapeError } from '../errors.ts';
import { broadcastShape, type Shape, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Pairing, pair, pairing } from './einsum/pair.ts';

/**
 * Matrix product over the last two modes, [..., m, k] times [..., k, n]; leading modes broadcast. A vector stands for a
 * row on the left and a column on the right, and its mode is not in the result. Throws ShapeError where the inner sizes
 * differ, leading modes do not broadcast or an operand has order 0.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return pair(a, b, matmulLabels(a.shape, b.shape));
}

const known = new Map<string, Pairing>();
let matrices: Pairing | undefined;

function matmulLabels(a: Shape, b: Shape): Pairing {
  if (a.length === 0 || b.length === 0) {
    throw new ShapeError('matmul', 'operands have at least one mode', show(a, b), 'use mul() for scalars');
  }
  const [inner, rows] = [a[a.length - 1], b[Math.max(0, b.length - 2)]];
  if (inner !== rows) {
    throw new ShapeError(
      'matmul',
      `inner sizes ${inner} and ${rows} are equal`,
      show(a, b),
      'transpose or reshape an operand',
    );
  }
  if (a.length === 2 && b.length === 2) return (matrices ??= pairing(['m', 'k'], ['k', 'n'], ['m', 'n']));
  const [leadA, leadB] = [a.slice(0, -2), b.slice(0, -2)];
  const lead = broadcastShape('matmul', leadA, leadB);
  // Sizes matter only where a mode of size 1 is repeated.
  const key = `${a.length} ${b.length} ${repeats(leadA, lead)} ${repeats(leadB, lead)}`;
  let labels = known.get(key);
  if (labels === undefined) {
    const c = lead.map((_, k) => `lead${k}`);
    const left = [...leading('a', leadA, lead), ...(a.length > 1 ? ['m'] : []), 'k'];
    const right = [...leading('b', leadB, lead), 'k', ...(b.length > 1 ? ['n'] : [])];
    const own = [...(a.length > 1 ? ['m'] : []), ...(b.length > 1 ? ['n'] : [])];
    known.set(key, (labels = pairing(left, right, [...c, ...own])));
  }
  return labels;
}

function show(a: Shape, b: Shape): string {
  return `${showShape(a)} and ${showShape(b)}`;
}

/** Which leading modes of an operand are repeated, a bit each. */
function repeats(mine: Shape, lead: Shape): number {
  const skip = lead.length - mine.length;
  return mine.reduce((bits, n, k) => 2 * bits + (n === lead[skip + k] ? 0 : 1), 0);
}

/** Labels of an operand's leading modes; one of size 1 that is repeated has a name of its own. */
function leading(name: string, mine: Shape, lead: Shape): string[] {
  const skip = lead.length - mine.length;
  return mine.map((n, k) => (n === lead[skip + k] ? `lead${skip + k}` : `${name}${skip + k}`));
}

/** The scalar product of two vectors of one size. Throws ShapeError for other orders and for unequal sizes. */
export function dot(a: Tensor, b: Tensor): Tensor {
  if (a.order !== 1 || b.order !== 1 || a.shape[0] !== b.shape[0]) {
    throw new ShapeError('dot', 'operands are vectors of one size', show(a.shape, b.shape), 'use matmul() or einsum()');
  }
  return pair(a, b, pairing(['k'], ['k'], []));
}

/** All products of an element of `a` and one of `b`: the modes of `a`, then those of `b`. */
export function outer(a: Tensor, b: Tensor): Tensor {
  const left = a.shape.map((_, k) => `a${k}`);
  const right = b.shape.map((_, k) => `b${k}`);
  return pair(a, b, pairing(left, right, [...left, ...right]));
}
