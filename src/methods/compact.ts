/** The final form of weights: low-rank ones that store no less than dense ones become dense. */

import { full } from '../formats/algebra.ts';
import { Factored } from '../formats/network.ts';
import { eachNode, withNodes } from '../formats/store.ts';
import { denseCount, storedCount } from '../formats/weight.ts';
import type { Params } from '../nn/module.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Parameters whose low-rank weights all store less than the dense tensors they stand for. */
export function compact(params: Params): Params {
  return scope(() => {
    const grown = new Map<string, Tensor>();
    eachNode(params, (node, path) => {
      if (node instanceof Factored && storedCount(node) >= denseCount(node)) grown.set(path, full(node));
    });
    return grown.size === 0 ? params : (withNodes(params, grown) as Params);
  });
}
