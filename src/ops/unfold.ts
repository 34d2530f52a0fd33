/**
 * Unfolding a tensor along one mode and back, and the product of a tensor with a matrix in one mode (Kolda & Bader 2009,
 * sections 2.4 and 2.5; the columns of an unfolding run through the other modes row by row).
 */

import { ShapeError } from '../errors.ts';
import { axisOf, type Shape, sameShape, showShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { pair, pairing } from './einsum/pair.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

/**
 * The matrix [n, rest] of x along mode `mode` of size n: a row for each index of the mode, the other modes in order, the
 * last fastest. A view for the first mode, a copy for others. Throws ShapeError for a mode that x lacks.
 */
export function unfold(x: Tensor, mode: number): Tensor {
  const k = axisOf('unfold', mode, x.order);
  const others = x.shape.flatMap((_, i) => (i === k ? [] : [i]));
  const columns = sizeOf(others.map((i) => x.shape[i]!));
  return reshape(transpose(x, [k, ...others]), [x.shape[k]!, columns]);
}

/** The tensor of a shape whose unfolding along a mode is `matrix`. Throws ShapeError where the sizes differ. */
export function refold(matrix: Tensor, mode: number, shape: Shape): Tensor {
  const k = axisOf('refold', mode, shape.length);
  const others = shape.filter((_, i) => i !== k);
  const wanted = [shape[k]!, sizeOf(others)];
  if (!sameShape(matrix.shape, wanted)) {
    const rule = `the unfolding of ${showShape(shape)} along mode ${k} is ${showShape(wanted)}`;
    throw new ShapeError('refold', rule, showShape(matrix.shape), 'correct the shape');
  }
  const back = shape.map((_, i) => (i === k ? 0 : i < k ? i + 1 : i));
  return transpose(reshape(matrix, [shape[k]!, ...others]), back);
}

/**
 * x with every fibre of mode `mode`, of size n, multiplied by u [m, n]: y(.., i, ..) = sum_j u(i, j) x(.., j, ..).
 * Throws ShapeError where u is no matrix with n columns.
 */
export function modeProduct(x: Tensor, u: Tensor, mode: number): Tensor {
  const k = axisOf('modeProduct', mode, x.order);
  if (u.order !== 2 || u.shape[1] !== x.shape[k]) {
    const got = `${showShape(u.shape)} for mode ${k} of ${showShape(x.shape)}`;
    throw new ShapeError('modeProduct', 'the matrix has a column for each index of the mode', got, 'transpose it');
  }
  const labels = x.shape.map((_, i) => `n${i}`);
  const result = labels.map((label, i) => (i === k ? 'm' : label));
  return pair(u, x, pairing(['m', `n${k}`], labels, result));
}
