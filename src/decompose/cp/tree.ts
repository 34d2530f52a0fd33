/**
 * All N matricized products of a sweep through a dimension tree (Phan, Tichavsky & Cichocki 2013, "Fast alternating LS
 * algorithms for high order CANDECOMP/PARAFAC tensor factorizations", section III): a node holds the tensor with all
 * factors but those of its modes summed in; its two halves sum in each other's. Only the two below the root read the
 * whole tensor, 4 r size(X) operations a sweep instead of 2 N r size(X).
 */

import { einsum } from '../../ops/einsum/einsum.ts';
import { reshape } from '../../ops/reshape.ts';
import { type Shape, sizeOf } from '../../shape.ts';
import { dispose } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { khatriRao } from './khatriRao.ts';

/** A tensor and the factors that it meets, which may change from leaf to leaf. */
export interface Branch {
  readonly root: Tensor;
  /** The present factor of a mode, [n, columns]. */
  factor(mode: number): Tensor;
}

/**
 * Visits the modes in order with the matricized product of each branch, [n_mode, columns]. What a visit replaces is
 * already in the products of later modes, as alternating least squares asks for. The leaves are freed after the visit.
 */
export function eachLeaf(
  shape: Shape,
  branches: readonly Branch[],
  visit: (mode: number, leaves: readonly Tensor[]) => void,
): void {
  descend(0, shape.length, null);

  function descend(first: number, last: number, nodes: readonly Tensor[] | null): void {
    if (last - first === 1) {
      visit(first, nodes ?? branches.map(({ root }) => reshape(root, [root.size, 1])));
      return;
    }
    const cut = balanced(shape, first, last);
    half(first, cut, cut, last, nodes);
    half(cut, last, first, cut, nodes);
  }

  /** The node of the modes first..last-1, from its parent, whose other modes from..to-1 are summed over. */
  function half(first: number, last: number, from: number, to: number, nodes: readonly Tensor[] | null): void {
    const rows = sizeOf(shape.slice(Math.min(first, from), Math.max(first, from)));
    const columns = sizeOf(shape.slice(Math.max(first, from), Math.max(last, to)));
    const keepsRows = first < from;
    const children = branches.map(({ root, factor }, k) => {
      const others = Array.from({ length: to - from }, (_, i) => factor(from + i));
      const product = khatriRao(...others);
      if (nodes === null) {
        return einsum(keepsRows ? 'ij,jr->ir' : 'ij,ir->jr', reshape(root, [rows, columns]), product);
      }
      const node = reshape(nodes[k]!, [rows, columns, product.shape[1]!]);
      return einsum(keepsRows ? 'ijr,jr->ir' : 'ijr,ir->jr', node, product);
    });
    descend(first, last, children);
    dispose(children);
  }
}

/** Where a range of modes is cut so that the sizes of both halves add up to the least. */
export function balanced(shape: Shape, first: number, last: number): number {
  let best = first + 1;
  let least = Number.POSITIVE_INFINITY;
  for (let cut = first + 1; cut < last; cut++) {
    const sides = sizeOf(shape.slice(first, cut)) + sizeOf(shape.slice(cut, last));
    if (sides < least) [best, least] = [cut, sides];
  }
  return best;
}
