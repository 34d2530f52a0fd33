/** Dense tensors in plain double numbers: what laws hand to an implementation and compare its results with. */

import { sizeOf } from '../shape.ts';

export { sizeOf };

/** A dense tensor, row-major: `tensor(values, shape)` makes one of rankwise of it. Cores of trains are tensors [r, n, s]. */
export interface Dense {
  readonly shape: readonly number[];
  /** For laws in f32 each is a single. */
  readonly values: Float64Array;
}

/** The tensor with element at(k) in place k. */
export function dense(shape: readonly number[], at: (k: number) => number): Dense {
  return { shape, values: Float64Array.from({ length: sizeOf(shape) }, (_, k) => at(k)) };
}

/** Sum with compensation (Neumaier). */
export function sumOf(values: ArrayLike<number>, term: (x: number, k: number) => number = (x) => x): number {
  let [sum, lost] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    const x = term(values[k]!, k);
    const next = sum + x;
    lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }
  return sum + lost;
}

/** The Frobenius norm, of any magnitude. */
export function normOf({ values }: Dense): number {
  const top = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return top === 0 ? 0 : top * Math.sqrt(sumOf(values, (x) => (x / top) * (x / top)));
}

export function dotOf(a: Dense, b: Dense): number {
  return sumOf(a.values, (x, k) => x * b.values[k]!);
}

export function zipped(a: Dense, b: Dense, f: (x: number, y: number) => number): Dense {
  if (a.shape.join() !== b.shape.join()) throw new Error(`shapes [${a.shape}] and [${b.shape}] differ`);
  return dense(a.shape, (k) => f(a.values[k]!, b.values[k]!));
}

/** |a - b|. */
export function distance(a: Dense, b: Dense): number {
  return normOf(zipped(a, b, (x, y) => x - y));
}
