/** The dense operand of a decomposition, over the modes of its layout and with its power of two; the choice of ranks. */

import type { Real } from '../dtype.ts';
import { FormatError, ShapeError } from '../errors.ts';
import type { Format, Layout, LayoutOptions, Role } from '../formats/format.ts';
import { bondsOf, type Sizes } from '../formats/network.ts';
import { chop } from '../ops/linalg/chop.ts';
import { checkFinite } from '../ops/linalg/matrices.ts';
import { exponentOf, timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { reshape } from '../ops/reshape.ts';
import { type Shape, showShape } from '../shape.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDense, layoutOf, rankCaps } from './modes.ts';
import { checkOptions, type IterationOptions } from './options.ts';

export interface Dense {
  readonly layout: Layout;
  /** The tensor over its modes; the memory is the caller's. */
  readonly a: Tensor;
  /** a 2^-exponent has its greatest entry in [1, 2). What is made of it is made of that. */
  readonly exponent: number;
  /** The most of each bond. */
  readonly caps: Sizes;
}

/** Checks operand and options, and lays a format over the shape. Throws as decompositions do. */
export function denseOf(
  op: string,
  format: Format,
  a: Tensor,
  options: IterationOptions & LayoutOptions,
  roles?: readonly Role[],
): Dense {
  checkOptions(op, options);
  checkDense(op, a);
  if (roles !== undefined) checkRoles(op, a.shape, roles);
  const layout = layoutOf(format, a.shape, { fold: options.fold, ...(roles && { roles }) });
  const caps = rankCaps(format, layout, options.rank);
  const top = checkFinite(op, a);
  const sizes = layout.net.open.map((label) => layout.modes[label]!);
  return { layout, a: reshape(a, sizes), exponent: top === 0 ? 0 : exponentOf(top), caps };
}

/** a 2^-exponent, which takes as much memory as a: for iterations, which need it again and again. */
export function scaledOf({ a, exponent }: Pick<Dense, 'a' | 'exponent'>): Tensor {
  return scope(() => timesPowerOfTwo(a, -exponent));
}

/** Rounding units, 2^-24 and 2^-53. */
export const units: Readonly<Record<Real, number>> = { f32: 5.9604644775390625e-8, f64: 1.1102230246251565e-16 };

/** Throws ShapeError unless each axis of a shape has a role. */
export function checkRoles(op: string, shape: Shape, roles: readonly Role[]): void {
  const known = roles.every((role) => role === 'out' || role === 'in' || role === 'window');
  if (roles.length === shape.length && known) return;
  const rule = `each axis of ${showShape(shape)} is 'out', 'in' or 'window'`;
  throw new ShapeError(op, rule, `[${roles.join(', ')}]`, 'correct the roles');
}

/** Throws FormatError for a word that is none of some. */
export function checkWord(op: string, what: string, word: string, known: readonly string[]): void {
  if (known.includes(word)) return;
  throw new FormatError(op, `${what} is one of ${known.join(', ')}`, `'${word}'`, 'choose one of them');
}

/**
 * The fewest of all singular values of which the rest weighs at most `delta`, where that is known, and no more than
 * `cap`.
 */
export function keep(values: ArrayLike<number>, cap: number, delta: number | undefined): number {
  const most = Math.min(cap, values.length);
  return delta === undefined ? most : Math.min(most, chop(values, delta));
}

/** The number of bonds of a layout. */
export function bondCount(layout: Layout): number {
  return bondsOf(layout.net).length;
}
