/** Singular values of a model's weights, for logs and reports. */

import { spectra } from '../formats/orthogonalize.ts';
import { Factored } from '../formats/network.ts';
import { isTree } from '../formats/treeNetwork.ts';
import { sitesOf } from '../methods/sites.ts';
import type { Module, Params } from '../nn/module.ts';
import { singularValues } from '../ops/linalg/svd.ts';
import { reshape } from '../ops/reshape.ts';
import { dataSync } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Digits that a chart can show. */
const DIGITS = 5;
/** Dense weights above this size take too long. */
const LARGEST = 1 << 22;

/**
 * The leading singular values, at most `most`, by the path of a weight and by bond: of low-rank weights whose network is a
 * tree at every bond, of dense ones of the unfolding [out, rest], named 'out'. Others have none.
 */
export function spectraByPath(model: Module, params: Params, most = 64): Record<string, Record<string, number[]>> {
  const found: Record<string, Record<string, number[]>> = {};
  for (const { node, nodePath } of sitesOf(model, params)) {
    const values = scope(() => bondsOf(node));
    if (values === undefined) continue;
    const short = (x: Tensor): number[] =>
      Array.from(dataSync(x).subarray(0, most), (value) => Number(value.toPrecision(DIGITS)));
    found[nodePath] = Object.fromEntries(Object.entries(values).map(([bond, x]) => [bond, short(x)]));
  }
  return found;
}

function bondsOf(node: Tensor | Factored): Record<string, Tensor> | undefined {
  if (node instanceof Factored) return isTree(node.net) ? spectra(node) : undefined;
  if (node.order < 2 || node.size > LARGEST) return undefined;
  return { out: singularValues(reshape(node, [node.shape[0]!, -1])) };
}
