/** Entries of a tensor that are known: their indices and values, checked; and some of them held out for judgement. */

import type { DataArray, Real } from '../dtype.ts';
import { DtypeError, FormatError, ShapeError } from '../errors.ts';
import { cast } from '../ops/cast.ts';
import { scatterAdd } from '../ops/gather.ts';
import { checkValues } from '../ops/linalg/matrices.ts';
import { exponentOf, numberTimesPower } from '../ops/linalg/scale.ts';
import { uniform } from '../ops/random.ts';
import { reshape } from '../ops/reshape.ts';
import { fold, key } from '../random.ts';
import { MAX_ELEMENTS, rowMajor, type Shape, sameShape, showShape, sizeOf } from '../shape.ts';
import { own } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import { Tensor } from '../tensor/tensor.ts';
import { checkShape } from './modes.ts';

/** Known entries of a tensor. An entry may be known several times: its values then count with equal weight. */
export interface Samples {
  /** One index a mode for each entry, [count, order] row by row. */
  readonly indices: Int32Array | Tensor;
  /** [count] */
  readonly values: Float64Array | Float32Array | Tensor;
  /** The mode sizes of the tensor. */
  readonly shape: readonly number[];
}

/** Samples in numbers. */
export interface Entries {
  readonly shape: readonly number[];
  readonly dtype: Real;
  readonly count: number;
  /** The indices of each mode. */
  readonly indices: readonly Int32Array[];
  readonly values: Float64Array;
}

/**
 * The numbers of samples. Throws ShapeError for indices outside the shape and lists that do not fit together,
 * DtypeError for other types than i32 and f32 or f64, NonFiniteError for values that are NaN or infinite.
 */
export function entriesOf(op: string, samples: Samples): Entries {
  const { shape } = samples;
  checkShape(op, shape);
  const order = shape.length;
  const flat = numbersOf(samples.indices);
  const values = numbersOf(samples.values);
  if (!(flat instanceof Int32Array)) throw new DtypeError(op, 'indices are i32', kindOf(flat), 'convert them');
  if (!(values instanceof Float64Array || values instanceof Float32Array)) {
    throw new DtypeError(op, 'values are f32 or f64', kindOf(values), 'convert them');
  }
  const count = values.length;
  if (count === 0) throw new ShapeError(op, 'at least one entry is known', '0 values', 'give samples');
  if (flat.length !== count * order || count > MAX_ELEMENTS) {
    const got = `${flat.length} indices for ${count} values of a tensor ${showShape(shape)}`;
    throw new ShapeError(op, `each value has ${order} indices`, got, 'correct one of them');
  }
  checkValues(op, values, [count]);
  const indices = shape.map((n, k) => {
    const list = new Int32Array(count);
    for (let s = 0; s < count; s++) {
      const i = flat[s * order + k]!;
      if (i < 0 || i >= n) {
        const rule = `indices of mode ${k} lie in 0..${n - 1}`;
        throw new ShapeError(op, rule, `${i} in sample ${s}`, 'correct the index or the shape');
      }
      list[s] = i;
    }
    return list;
  });
  const dtype = values instanceof Float64Array ? 'f64' : 'f32';
  return { shape: [...shape], dtype, count, indices, values: Float64Array.from(values) };
}

function numbersOf(x: DataArray | Tensor): DataArray {
  return x instanceof Tensor ? dataSync(x) : x;
}

function kindOf(x: unknown): string {
  return x === null || x === undefined ? String(x) : (x as object).constructor.name;
}

/**
 * Samples in two: a random `fraction` of them is held out as `test`, the others are `train`. The same seed holds out
 * the same ones. Throws FormatError unless 0 < fraction < 1 and both parts have samples.
 */
export function holdOut(samples: Samples, fraction: number, seed = 0): { train: Samples; test: Samples } {
  const op = 'holdOut';
  if (!(fraction > 0 && fraction < 1)) {
    throw new FormatError(op, 'the fraction lies between 0 and 1', String(fraction), 'correct it');
  }
  const { count } = entriesOf(op, samples);
  const held = Math.round(fraction * count);
  if (held === 0 || held === count) {
    const got = `${held} of ${count} samples`;
    throw new FormatError(op, 'some samples are held out, and some are not', got, 'change the fraction');
  }
  const draws = scope(() => dataSync(uniform(fold(key(seed), op), [count], { dtype: 'f64' })));
  // The samples with the smallest draws, so that their number does not vary.
  const order = Array.from(draws, (draw, s) => ({ draw, s })).sort((a, b) => a.draw - b.draw || a.s - b.s);
  const chosen = (from: number, to: number): number[] => order.slice(from, to).map(({ s }) => s);
  const taken = (list: number[]): Samples => take(samples, Int32Array.from(list).sort());
  return { train: taken(chosen(held, count)), test: taken(chosen(0, held)) };
}

/** The samples of a list, of the kinds of arrays that they came in. */
function take({ indices, values, shape }: Samples, list: Int32Array): Samples {
  const order = shape.length;
  const [from, numbers] = [numbersOf(indices), numbersOf(values)];
  const rows = new Int32Array(list.length * order);
  list.forEach((s, to) => {
    for (let k = 0; k < order; k++) rows[to * order + k] = from[s * order + k]!;
  });
  const some = numbers.slice(0, list.length) as Float64Array | Float32Array;
  list.forEach((s, to) => {
    some[to] = numbers[s]!;
  });
  return {
    indices: indices instanceof Tensor ? own(rows, [list.length, order]) : rows,
    values: values instanceof Tensor ? own(some, [list.length]) : some,
    shape,
  };
}

/** The e with the greatest |value| in [2^e, 2^(e + 1)); 0 where all values are 0. */
export function topExponent(values: Float64Array): number {
  const top = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return top === 0 ? 0 : exponentOf(top);
}

/** The Euclidean norm. */
export function normOf(values: Float64Array): number {
  return Math.sqrt(values.reduce((squares, v) => squares + v * v, 0));
}

/** Entries with values times 2^e. */
export function timesPower(entries: Entries, e: number): Entries {
  return { ...entries, values: entries.values.map((v) => numberTimesPower(v, e)) };
}

/** Throws ShapeError for held-out samples of another tensor. */
export function heldOutOf(op: string, samples: Samples | undefined, { shape }: Entries): Entries | null {
  if (samples === undefined) return null;
  const held = entriesOf(op, samples);
  if (sameShape(held.shape, shape)) return held;
  const got = `${showShape(held.shape)} and ${showShape(shape)}`;
  throw new ShapeError(op, 'held-out samples are of the same tensor', got, 'correct their shape');
}

/** The most elements of a dense tensor that is formed for its singular vectors. */
const MOST = 1 << 24;

/** Whether a start may form the dense tensor. */
export function fitsDense(shape: Shape): boolean {
  return sizeOf(shape) <= MOST;
}

/** The dense tensor, 0 where it is unknown. Throws FormatError where it is too large to form. */
export function zeroFilled(op: string, { shape, indices, values, dtype }: Entries): Tensor {
  if (!fitsDense(shape)) {
    const rule = `init 'svd' forms a dense tensor of at most ${MOST} elements`;
    throw new FormatError(op, rule, showShape(shape), "use 'random'");
  }
  const size = sizeOf(shape);
  const strides = rowMajor(shape);
  const places = Int32Array.from(values, (_, s) => indices.reduce((at, index, k) => at + index[s]! * strides[k]!, 0));
  const sums = scatterAdd(own(values.slice(), [values.length]), own(places, [places.length]), size);
  return reshape(cast(sums, dtype), shape);
}

/** A warning where entries are fewer than the numbers that they should determine. */
export function undetermined(count: number, freedom: number): string[] {
  if (count >= freedom) return [];
  return [`${count} entries do not determine ${freedom} numbers: lower the rank, give more entries, or use a ridge`];
}
