/**
 * Alternating least squares on a list of known entries: each row of a factor is solved from the samples of its slice
 * (Tomasi & Bro 2005; for matrices Zhou, Wilkinson, Schreiber & Pan 2008). count r^2 operations a mode and sweep; the
 * dense tensor is never formed.
 */

import { mul, sub } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { gather } from '../../ops/gather.ts';
import { sum, sumSquares } from '../../ops/reduce.ts';
import { sizeOf } from '../../shape.ts';
import { own } from '../../tensor/create.ts';
import { item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { chunkOf, rowSystem } from '../rows.ts';
import { type Entries, normOf } from '../samples.ts';
import type { Components } from './components.ts';
import { type Problem, type Swept, stepped } from './problem.ts';

/** The problem of known entries, scaled so that squares neither overflow nor vanish. */
export function entriesProblem(entries: Entries): Problem {
  const { shape, dtype, values, indices } = entries;
  const norm = normOf(values);
  return {
    shape,
    dtype,
    norm,
    // Entries known several times may make more than there are.
    known: Math.min(1, values.length / sizeOf(shape)),
    sweep(start, step) {
      let now: Swept = { components: start, squared: null };
      for (let mode = 0; mode < shape.length; mode++) {
        now = scope(() => {
          const { components } = now;
          const { factors, weights } = components;
          const design = (from: number, to: number): Tensor => productsAt(factors, indices, from, to, mode);
          const systemOf = rowSystem(shape[mode]!, weights.shape[0]!, indices[mode]!, values, design);
          return stepped(components, mode, systemOf, step, mode === shape.length - 1 ? norm * norm : null);
        });
      }
      return now;
    },
    residual: (components) => distance(entries, components),
  };
}

/** The Euclidean distance of the known values from those of a CP tensor. count r operations a mode. */
export function distance({ indices, values }: Entries, { factors, weights }: Components): number {
  const step = chunkOf(weights.shape[0]!);
  let squared = 0;
  for (let from = 0; from < values.length; from += step) {
    const to = Math.min(from + step, values.length);
    squared += scope(() => {
      const found = sum(mul(productsAt(factors, indices, from, to), weights), 1);
      return item(sumSquares(sub(own(values.slice(from, to), [to - from]), found)));
    });
  }
  return Math.sqrt(squared);
}

/** Entrywise products of the factors' rows at some samples, of all modes but `without`: [to - from, r] of f64. */
export function productsAt(
  factors: readonly Tensor[],
  indices: readonly Int32Array[],
  from: number,
  to: number,
  without = -1,
): Tensor {
  const modes = factors.map((_, k) => k).filter((k) => k !== without);
  const rows = (k: number): Tensor => cast(gather(factors[k]!, own(indices[k]!.slice(from, to), [to - from])), 'f64');
  let product = scope(() => rows(modes[0]!));
  for (const k of modes.slice(1)) {
    const before = product;
    product = scope(() => mul(before, rows(k)));
    before.dispose();
  }
  return product;
}
