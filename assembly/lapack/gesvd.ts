/** Singular value decomposition of each matrix of a batch. */

import { GesvdArgs, jacobi } from './gesvj';

export function gesvd<T>(a: GesvdArgs): void {
  for (let t = a.begin; t < a.end; t++) jacobi<T>(a, t);
}
