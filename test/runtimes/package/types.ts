/** A program in TypeScript against the installed declarations; compiled, not run. Without the types of Node. */

import { einsum, grad, type Shape, sum, type Tensor, tensor } from 'rankwise';
import { matrix, solve, svd } from 'rankwise/linalg';

const shape: Shape = [2, 2];
const x: Tensor = tensor(new Float32Array(4), shape);
const gradient: Tensor = grad((w: Tensor) => sum(einsum('ij,jk->ik', w, w)))(x);
// @ts-expect-error a label string is not a tensor
einsum('ij->i', 'ij');
export const order: number = gradient.order;

const values: Float64Array = svd(matrix(new Float64Array(4), 2, 2)).S;
const rows: number[][] = svd([[1, 2]]).Vt;
// @ts-expect-error a solution is like its right-hand side
const wrong: Float64Array = solve([[1]], [1]);
export const counts: number[] = [values.length, rows.length, wrong.length];
