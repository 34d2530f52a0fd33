/** What a layer's weight can be: a dense tensor, a low-rank one, or a sum of such terms (a frozen matrix plus a delta). */

import { ShapeError } from '../errors.ts';
import { type Shape, sameShape, showShape, sizeOf } from '../shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Branches, Branching } from '../tree.ts';
import { Factored } from './network.ts';

/** A sum of weights of one shape. Terms named in `frozen` are not trained. */
export class Sum implements Branching {
  readonly terms: Readonly<Record<string, Tensor | Factored>>;
  readonly frozen: readonly string[];

  /** Throws ShapeError where the terms differ in shape or there is none. */
  constructor(terms: Readonly<Record<string, Tensor | Factored>>, frozen: readonly string[] = []) {
    const all = Object.values(terms);
    if (all.length === 0) throw new ShapeError('sum', 'a sum has terms', 'none', 'give at least one');
    for (const term of all) {
      if (!sameShape(term.shape, all[0]!.shape)) {
        const got = `${showShape(all[0]!.shape)} and ${showShape(term.shape)}`;
        throw new ShapeError('sum', 'terms share a shape', got, 'correct one term');
      }
    }
    this.terms = terms;
    this.frozen = frozen;
  }

  get shape(): Shape {
    return Object.values(this.terms)[0]!.shape;
  }

  get branching(): Branches {
    const { terms, frozen } = this;
    return {
      branches: terms,
      rebuild: (branches) =>
        Object.values(branches).every((term) => term instanceof Tensor || term instanceof Factored)
          ? new Sum(branches as typeof terms, frozen)
          : branches,
    };
  }
}

export type Weight = Tensor | Factored | Sum;

/** Stored elements of a weight. */
export function storedCount(weight: Weight): number {
  if (weight instanceof Sum) return Object.values(weight.terms).reduce((n, term) => n + storedCount(term), 0);
  return weight instanceof Factored ? weight.count : weight.size;
}

/** Elements of the dense tensor that a weight stands for. */
export function denseCount(weight: Weight): number {
  return sizeOf(weight.shape);
}
