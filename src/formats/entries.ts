/** Single entries and rows of a weight, without ever forming it: indices select in each part, then the parts meet. */

import { DtypeError, ShapeError } from '../errors.ts';
import { add } from '../ops/binary.ts';
import { contract } from '../ops/einsum/einsum.ts';
import { gather } from '../ops/gather.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import { own } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Factored, sizesOf } from './network.ts';
import { Sum, type Weight } from './weight.ts';

/** The label of the batch of selected indices. */
const BATCH = '#';

/** Below this share of distinct indices a batch is contracted once for each of them. */
const REPEATED = 0.75;

/**
 * Rows of a weight along its first axis: [count, ...other axes] for `index` [count] of i32. The row number splits into
 * one index a mode; rows that come up several times are contracted once. Throws ShapeError for indices that are not below
 * `limit` (default: the length of the axis), DtypeError for others than i32.
 */
export function rows(w: Weight, index: Tensor, limit?: number): Tensor {
  if (w instanceof Sum) {
    return Object.values(w.terms)
      .map((term) => rows(term, index, limit))
      .reduce((a, b) => add(a, b));
  }
  // Where dense rows are padding, too, the kernel's own check of the index says too little.
  if (!(w instanceof Factored) && (limit ?? w.shape[0]) === w.shape[0]) return gather(w, index);
  if (index.dtype !== 'i32') {
    throw new DtypeError('rows', 'indices are i32', index.dtype, "convert with cast(x, 'i32')");
  }
  const numbers = dataSync(index) as Int32Array;
  const most = limit ?? w.shape[0]!;
  const bad = numbers.find((i) => i < 0 || i >= most);
  if (bad !== undefined) {
    throw new ShapeError('rows', `an index lies in 0..${most - 1}`, String(bad), 'check the data');
  }
  if (!(w instanceof Factored)) return gather(w, index);
  const { distinct, place } = distinctOf(numbers);
  const isRepeated = distinct.length < REPEATED * numbers.length;
  const chosen = isRepeated ? distinct : numbers;
  const result = reshape(select(w, [chosen]), [chosen.length, ...w.shape.slice(1)]);
  return isRepeated ? gather(result, own(place, [place.length])) : result;
}

/** The distinct numbers of a list in order of appearance, and for each entry the place of its number among them. */
export function distinctOf(numbers: Int32Array): { distinct: Int32Array; place: Int32Array } {
  const places = new Map<number, number>();
  const place = numbers.map((n) => {
    let at = places.get(n);
    if (at === undefined) places.set(n, (at = places.size));
    return at;
  });
  return { distinct: Int32Array.from(places.keys()), place };
}

/** The entry of a low-rank tensor at one index an axis, as a tensor of order 0. */
export function at(x: Factored, index: readonly number[]): Tensor {
  if (index.length !== x.axes.length || !index.every((i) => Number.isInteger(i))) {
    const got = `[${index.join(', ')}]`;
    throw new ShapeError('at', `a whole index for each of ${x.axes.length} axes`, got, 'correct the index');
  }
  return reshape(
    select(
      x,
      index.map((i) => Int32Array.of(i)),
    ),
    [],
  );
}

/** The modes of the first axes fixed to given indices, one batch of them at a time: [count, ...remaining modes]. */
function select(x: Factored, indices: readonly Int32Array[]): Tensor {
  const sizes = sizesOf(x);
  const chosen = new Map<string, Int32Array>();
  indices.forEach((index, axis) => {
    const modes = x.axes[axis]!.map((k) => x.net.open[k]!);
    for (const [label, digits] of digitsOf(index, modes, sizes)) chosen.set(label, digits);
  });
  const operands = Object.entries(x.net.parts).map(([name, labels]) => selectPart(x.parts[name]!, labels, chosen));
  const modes = x.axes.flat().map((k) => x.net.open[k]!);
  const rest = modes.filter((label) => !chosen.has(label));
  return contract(operands, [BATCH, ...rest]);
}

/** Mixed-radix digits of an axis index, one list for each of its modes. */
function digitsOf(
  index: Int32Array,
  modes: readonly string[],
  sizes: Readonly<Record<string, number>>,
): Map<string, Int32Array> {
  const digits = new Map(modes.map((label) => [label, new Int32Array(index.length)]));
  const length = modes.reduce((n, label) => n * sizes[label]!, 1);
  index.forEach((i, b) => {
    if (i < 0 || i >= length)
      throw new ShapeError('rows', `an index lies in 0..${length - 1}`, String(i), 'check the data');
    let rest = i;
    for (let k = modes.length - 1; k >= 0; k--) {
      const n = sizes[modes[k]!]!;
      digits.get(modes[k]!)![b] = rest % n;
      rest = Math.floor(rest / n);
    }
  });
  return digits;
}

/** A part with its selected modes replaced by the batch: one gather over their merged index. */
function selectPart(
  part: Tensor,
  labels: readonly string[],
  chosen: ReadonlyMap<string, Int32Array>,
): { x: Tensor; labels: string[] } {
  const picked = labels.filter((label) => chosen.has(label));
  if (picked.length === 0) return { x: part, labels: [...labels] };
  const kept = labels.filter((label) => !chosen.has(label));
  const order = [...picked, ...kept].map((label) => labels.indexOf(label));
  const front = picked.map((label) => part.shape[labels.indexOf(label)]!);
  const back = kept.map((label) => part.shape[labels.indexOf(label)]!);
  const merged = new Int32Array(chosen.get(picked[0]!)!.length);
  picked.forEach((label, k) => {
    const digits = chosen.get(label)!;
    for (let b = 0; b < merged.length; b++) merged[b] = merged[b]! * front[k]! + digits[b]!;
  });
  const table = reshape(transpose(part, order), [front.reduce((n, m) => n * m, 1), ...back]);
  return { x: gather(table, own(merged, [merged.length])), labels: [BATCH, ...kept] };
}
