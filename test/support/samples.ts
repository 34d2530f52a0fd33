/** Operands in plain numbers, what operations must make of them, and how fast-check draws them. */

import fc from 'fast-check';
import { arrayOf, type Dtype, type Real } from '../../src/dtype.ts';
import { broadcastShape, broadcastStrides, rowMajor, type Shape, sizeOf } from '../../src/shape.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

/** A tensor in plain numbers, row-major. Without a dtype it is real, and takes part in gradients. */
export interface Sample {
  readonly shape: Shape;
  readonly values: readonly number[];
  readonly dtype?: 'i32' | 'u8';
}

/** A sample from a function of the index. */
export function sample(shape: Shape, at: (index: number[], k: number) => number): Sample {
  const values = Array.from({ length: sizeOf(shape) }, (_, k) => at(indexOf(k, shape), k));
  return { shape, values };
}

/** A real sample of a shape that has a size 0. */
export function empty(...shape: number[]): Sample {
  return { shape, values: [] };
}

/** The index of the row-major position k. */
export function indexOf(k: number, shape: Shape): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = k % shape[axis]!;
    k = Math.floor(k / shape[axis]!);
  }
  return index;
}

/** The element at an index; modes of size 1 are repeated. */
export function at({ shape, values }: Sample, index: readonly number[]): number {
  const lead = index.length - shape.length;
  return values[shape.reduce((k, n, axis) => k * n + (n === 1 ? 0 : index[axis + lead]!), 0)]!;
}

/** What an elementwise operation must give: f on all operands, broadcast. */
export function elementwise(f: (...x: number[]) => number): (...inputs: Sample[]) => Sample {
  return (...inputs) => {
    const shape = inputs.map((x) => x.shape).reduce((a, b) => broadcastShape('model', a, b));
    return sample(shape, (index) => f(...inputs.map((x) => at(x, index))));
  };
}

/** What a sample is in a dtype. */
export function tensorOf({ shape, values, dtype }: Sample, real: Real): Tensor {
  return tensor(typed(values, dtype ?? real), shape);
}

/** The same tensor as a view of another storage: modes reversed, every other element, behind three others. */
export function stridedOf({ shape, values, dtype }: Sample, real: Real): Tensor {
  const steps = rowMajor([...shape].reverse())
    .reverse()
    .map((n) => 2 * n);
  const all = new Array<number>(2 * values.length + 3).fill(Number.NaN);
  values.forEach((x, k) => {
    all[3 + indexOf(k, shape).reduce((sum, i, axis) => sum + i * steps[axis]!, 0)] = x;
  });
  const { storage } = tensor(typed(all, dtype ?? real));
  return new Tensor(storage, shape, steps, 3);
}

/** A repeated view of the first element. */
export function repeatedOf({ shape, values, dtype }: Sample, real: Real): Tensor {
  const { storage } = tensor(typed(values.slice(0, 1), dtype ?? real));
  return new Tensor(storage, shape, broadcastStrides([], [], shape));
}

function typed(values: readonly number[], dtype: Dtype): ReturnType<typeof arrayOf> {
  const array = arrayOf(dtype, values.length);
  array.set(values as number[]);
  return array;
}

export function sampleOf(x: Tensor): Sample {
  const values = [...dataSync(x)];
  return x.dtype === 'i32' || x.dtype === 'u8'
    ? { shape: x.shape, values, dtype: x.dtype }
    : { shape: x.shape, values };
}

/** Shapes of order `least` to `most` with sizes 1 to 4, and sometimes 0. */
export function shapes(least = 0, most = 3): fc.Arbitrary<number[]> {
  const size = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
  return fc.array(size, { minLength: least, maxLength: most });
}

/** Multiples of 1/256 in [low, high], exact in f32 and f64, none of them in `except`. */
export function numbers(low = -2, high = 2, except: readonly number[] = []): fc.Arbitrary<number> {
  return fc
    .integer({ min: Math.ceil(low * 256), max: Math.floor(high * 256) })
    .map((n) => n / 256)
    .filter((x) => !except.includes(x));
}

/** A sample of a shape. */
export function filled(shape: Shape, values: fc.Arbitrary<number> = numbers()): fc.Arbitrary<Sample> {
  const length = sizeOf(shape);
  return fc.array(values, { minLength: length, maxLength: length }).map((drawn) => ({ shape, values: drawn }));
}

/** A sample whose elements are all different, so that maxima and orders are unique. */
export function distinct(shape: Shape): fc.Arbitrary<Sample> {
  const length = sizeOf(shape);
  return fc
    .uniqueArray(numbers(-2, 2), { minLength: length, maxLength: length })
    .map((drawn) => ({ shape, values: drawn }));
}

/** i32 indices in [0, count). */
export function indices(shape: Shape, count: number): fc.Arbitrary<Sample> {
  const length = sizeOf(shape);
  return fc
    .array(fc.integer({ min: 0, max: Math.max(0, count - 1) }), { minLength: length, maxLength: length })
    .map((drawn) => ({ shape, values: drawn, dtype: 'i32' as const }));
}

/** One operand of any shape. */
export function one(values: fc.Arbitrary<number> = numbers(), least = 0, most = 3): fc.Arbitrary<Sample[]> {
  return shapes(least, most).chain((shape) => fc.tuple(filled(shape, values)));
}

/** `count` operands that broadcast to one shape: each lacks leading modes or has size 1 in some. */
export function broadcast(count: number, values: fc.Arbitrary<number> = numbers()): fc.Arbitrary<Sample[]> {
  const part = (shape: readonly number[]): fc.Arbitrary<Sample> =>
    fc
      .tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
      .chain(([lead, single]) =>
        filled(
          shape.slice(lead).map((n, k) => (single[k] ? 1 : n)),
          values,
        ),
      );
  return shapes().chain((shape) => fc.tuple(...Array.from({ length: count }, () => part(shape))));
}

/** Operands of one shape. */
export function alike(count: number, values: fc.Arbitrary<number> = numbers()): fc.Arbitrary<Sample[]> {
  return shapes().chain((shape) => fc.tuple(...Array.from({ length: count }, () => filled(shape, values))));
}
