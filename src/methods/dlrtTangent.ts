/**
 * The one-gradient step (GeoLoRA: Schotthoefer et al. 2025, algorithm 1): the gradients of all parts of one pass give the
 * gradient of the widened core but for its corner of new directions against new ones, [[dS, dL' V2], [U2' dK, 0]]. Each
 * basis moves along K = U S, so dK = dU S^-T: singular values of S within rounding of zero, whose dK is unknown, are left
 * out. As many operations as the cut.
 */

import { type Real, ulps } from '../dtype.ts';
import { matrixOf, type Parts, partOf } from '../formats/centered.ts';
import type { Factored } from '../formats/network.ts';
import { add, mul } from '../ops/binary.ts';
import { matmul } from '../ops/matmul.ts';
import { transpose } from '../ops/transpose.ts';
import { tensor } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Augmented, carried, widened } from './dlrtAugment.ts';
import { type Spectrum, spectraAt } from './dlrtCut.ts';
import type { Rooted } from './dlrtTree.ts';

/** Rounding units of the greatest singular value below which one counts as zero. */
const NOISE = 64;

/** Gradients of bases in units of the tensor: dU (S S')^-1, so that U's change times S is the tensor's. */
export function tangentDirections(
  node: Factored,
  rooted: Rooted,
  gradients: Parts,
  spectra: ReadonlyMap<string, Spectrum> = spectraAt(node, rooted),
): Parts {
  const entries = rooted.bases.flatMap(({ part, up }): [string, Tensor][] => {
    const gradient = gradients[part];
    if (gradient === undefined) return [];
    const at = { net: node.net, parts: { ...node.parts, [part]: gradient } };
    const { vectors, values } = spectra.get(up.bond)!;
    const turned = mul(matmul(matrixOf(at, part, up.bond), vectors), inverseSquares(gradient.dtype as Real, values));
    return [[part, partOf(at, part, up.bond, matmul(turned, transpose(vectors)))]];
  });
  return Object.fromEntries(entries);
}

function inverseSquares(dtype: Real, values: Spectrum['values']): Tensor {
  const least = NOISE * ulps[dtype] * (values[0] ?? 0);
  return tensor(
    values.map((s) => (s > least ? 1 / (s * s) : 0)),
    [1, values.length],
    dtype,
  );
}

/** The gradient of the widened center, from that of the center and the new directions of the bases on it. */
export function centerGradient(
  node: Factored,
  { tree, center }: Rooted,
  gradient: Tensor,
  news: Augmented['news'],
): Tensor {
  const own = widened(gradient, node.net.parts[center]!, news);
  const bonds = tree.get(center)!.flatMap(({ bond }) => (news.has(bond) ? [bond] : []));
  return bonds.reduce((sum, bond) => add(sum, carried(node, center, bond, news)), own);
}
