/**
 * The Riemannian gradient of a function on the trains of fixed ranks, by automatic differentiation (Novikov, Rakhuba &
 * Oseledets 2022): X as a tangent train of twice its ranks, differentiated by the cores D_k, then freed of what moves along
 * the cores U_k. It costs a few evaluations; the Euclidean gradient is never formed.
 */

import type { Factored } from '../formats/network.ts';
import { valueAndGrad } from '../ops/grad.ts';
import { zeros } from '../tensor/create.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { gauged, type Tangent, type TangentSpace, tangentTrain } from './tangent.ts';

/**
 * Value and gradient of `f` at the point of a tangent space: the projection of the Euclidean gradient. `f` takes a train
 * and returns a tensor of order 0, in differentiable operations.
 */
export function tangentGradient(
  space: TangentSpace,
  f: (x: Factored) => Tensor,
): { readonly value: Tensor; readonly gradient: Tangent } {
  const last = space.left.length - 1;
  return scope(() => {
    const start = space.left.map((core, k) => {
      if (k === last) return core;
      return zeros([core.shape[0]!, core.shape[1]!, space.right[k + 1]!.shape[0]!], core.dtype);
    });
    const { value, grad } = valueAndGrad((cores: readonly Tensor[]) => f(tangentTrain({ at: space, cores })))(start);
    const cores = grad.map((D, k) => (k < last ? gauged(space.left[k]!, D) : D));
    return { value, gradient: { at: space, cores } };
  });
}
