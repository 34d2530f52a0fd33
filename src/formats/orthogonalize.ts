/** Orthogonality centers of tree networks, and what they give: the norm and the singular values at every bond. */

import { numberTimesPower, powerOfTwo, timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { singularValues } from '../ops/linalg/svd.ts';
import { triangle } from '../ops/linalg/triangle.ts';
import { sumSquares } from '../ops/reduce.ts';
import { item } from '../tensor/read.ts';
import { scope, unrecorded } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { absorbed, type Centered, centered, factoredOf, matrixOf } from './centered.ts';
import { bondsOf, type Factored } from './network.ts';

/**
 * The same tensor with orthonormal columns in every part but the center, towards it: one QR a bond from the leaves on.
 * `center` is the name of a part; without it the core of a Tucker tensor, the last core of a train, the root of a
 * hierarchical one. Ranks shrink where the parts beyond a bond cannot fill it.
 * Throws ShapeError where the network is no tree, NonFiniteError for NaN and Infinity.
 */
export function orthogonalize(x: Factored, center?: string): Factored {
  return scope(() => factoredOf(x, centered('orthogonalize', x, center)));
}

/** The Frobenius norm of a centered network, apart from its exponent: that of its center. */
export function centerNorm({ center, parts }: Centered): number {
  return Math.sqrt(item(sumSquares(parts[center]!)));
}

/**
 * Frobenius norm by orthogonalization, a number: relative errors of a few rounding units where norm(), the root of an
 * inner product, has the root of one. So the norm of a difference is small to about that unit times the operands.
 * Infinity where the number is out of range. Throws as orthogonalize().
 */
export function treeNorm(x: Factored): number {
  return unrecorded(() =>
    scope(() => {
      const state = centered('treeNorm', x);
      return numberTimesPower(centerNorm(state), state.exponent);
    }),
  );
}

/**
 * The singular values at every bond, descending: those of the unfolding of the full tensor into the modes on its two
 * sides. As many as the bond could have at most after an exact reduction. Throws as orthogonalize().
 */
export function spectra(x: Factored): Record<string, Tensor> {
  return unrecorded(() => scope(() => spectraIn(x)));
}

function spectraIn(x: Factored): Record<string, Tensor> {
  const found: Record<string, Tensor> = {};
  const visit = (state: Centered, from?: string): void => {
    const { center } = state;
    for (const edge of state.tree.get(center)!) {
      if (edge.to === from) continue;
      const R = triangle(matrixOf(state, center, edge.bond));
      const scaled = powerOfTwo('spectra', R);
      const exponent = state.exponent + scaled.exponent;
      found[edge.bond] = timesPowerOfTwo(singularValues(scaled.x), exponent);
      // The other parts stay orthonormal towards the old center, and so does all that is below the new one.
      const parts = { ...state.parts, [edge.to]: absorbed(state, edge.to, edge.bond, scaled.x) };
      visit({ ...state, center: edge.to, parts, exponent }, center);
    }
  };
  visit(centered('spectra', x));
  return Object.fromEntries(bondsOf(x.net).map((bond) => [bond, found[bond]!]));
}
