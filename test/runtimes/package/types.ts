/** A program in TypeScript against the installed declarations; compiled, not run. Without the types of Node. */

import { einsum, grad, type Shape, sum, type Tensor, tensor } from 'rankwise';

const shape: Shape = [2, 2];
const x: Tensor = tensor(new Float32Array(4), shape);
const gradient: Tensor = grad((w: Tensor) => sum(einsum('ij,jk->ik', w, w)))(x);
// @ts-expect-error a label string is not a tensor
einsum('ij->i', 'ij');
export const order: number = gradient.order;
