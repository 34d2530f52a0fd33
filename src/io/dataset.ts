/** Labelled examples in memory: what every reader of data ends in, checked once, with what normalises them. */

import { checkColumns, checkTable, type Column, momentsOfColumns } from '../columns.ts';
import { FormatError, NonFiniteError } from '../errors.ts';
import { type Shape, showShape, sizeOf } from '../shape.ts';
import type { TensorData } from './stored.ts';

export interface Split {
  readonly count: number;
  /** Row-major [count, ...shape], as stored: pixels are not divided by 255. */
  readonly images: Uint8Array | Float32Array;
  /** One class for each example, 0 to classes - 1. */
  readonly labels: Int32Array;
}

/** The expected log-loss and accuracy of the true probabilities. */
export interface Optimum {
  readonly loss: number;
  readonly accuracy: number;
}

export interface Dataset {
  readonly name: string;
  /** One line that says what it is, such as that it was generated. */
  readonly about?: string;
  /** The shape of one example: [channels, height, width], or [features] where each feature is a channel. */
  readonly shape: readonly number[];
  /** The number of classes. */
  readonly classes: number;
  readonly classNames?: readonly string[];
  /** What each feature of a table [features] is: a number, or the index of a category. */
  readonly columns?: readonly Column[];
  /** For generated data, whose truth is known: what no model is expected to beat on the test part. */
  readonly optimum?: Optimum;
  readonly train: Split;
  /** Never used to choose anything. */
  readonly test: Split;
  /**
   * By channel over the training examples, in the units of `images`; a deviation of 0 is given as 1. Columns of indices
   * have mean 0 and deviation 1.
   */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const OP = 'dataset';

/** Checks both splits and measures the mean and deviation of the training one. FormatError or NonFiniteError if not. */
export function makeDataset(data: Omit<Dataset, 'mean' | 'std'>): Dataset {
  if (!Number.isSafeInteger(data.classes) || data.classes < 2) {
    throw new FormatError(OP, 'there are at least 2 classes', `${data.classes}`, 'label the examples by class');
  }
  checkSplit(`${data.name} train`, data.train, data.shape, data.classes);
  checkSplit(`${data.name} test`, data.test, data.shape, data.classes);
  const { columns, shape } = data;
  if (columns === undefined) return { ...data, ...momentsOf(data.train, shape) };
  checkColumns(OP, columns);
  for (const part of ['train', 'test'] as const) checkTable(`${data.name} ${part}`, columns, shape, data[part].images);
  return momentsOfColumns(columns, { ...data, ...momentsOf(data.train, shape) });
}

/** Throws unless the split has examples of this shape, as many labels, finite values and labels below `classes`. */
export function checkSplit(what: string, split: Split, shape: Shape, classes: number): void {
  const { count, images, labels } = split;
  if (count < 1) throw new FormatError(OP, 'a split has examples', `none in ${what}`, 'add data');
  if (images.length !== count * sizeOf(shape) || labels.length !== count) {
    throw new FormatError(
      OP,
      'there is one label and one image for each example',
      `${labels.length} labels and ${images.length} values for ${count} of ${showShape(shape)} in ${what}`,
      'use the images and labels of the same set',
    );
  }
  const bad = labels.findIndex((label) => label < 0 || label >= classes);
  if (bad >= 0) {
    const got = `${labels[bad]} at example ${bad} of ${what}`;
    throw new FormatError(OP, `labels are 0 to ${classes - 1}`, got, 'correct the label');
  }
  if (images instanceof Uint8Array) return;
  const at = images.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const got = `${images[at]} in example ${Math.floor(at / sizeOf(shape))} of ${what}`;
    throw new NonFiniteError(OP, 'values are finite', got, 'fill or drop the example');
  }
}

/** A split of images [n, ...] and labels [n] as files hold them. */
export function splitOf(what: string, images: TensorData, labels: TensorData): Split {
  const { data } = images;
  const classes = labels.data;
  if (!(data instanceof Uint8Array || data instanceof Float32Array)) {
    throw new FormatError(OP, 'images are u8 or f32', `${images.dtype} in ${what}`, 'convert them');
  }
  if (!(classes instanceof Uint8Array || classes instanceof Int32Array) || labels.shape.length !== 1) {
    const got = `${labels.dtype} ${showShape(labels.shape)} in ${what}`;
    throw new FormatError(OP, 'labels are whole numbers of order 1', got, 'store one class for each example');
  }
  return { count: images.shape[0] ?? 0, images: data, labels: Int32Array.from(classes) };
}

/** Copies of the examples at `indices`, in that order. */
export function gatherSplit(split: Split, indices: Int32Array): Split {
  const size = split.images.length / split.count;
  const images =
    split.images instanceof Uint8Array
      ? new Uint8Array(indices.length * size)
      : new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  indices.forEach((from, to) => {
    images.set(split.images.subarray(from * size, (from + 1) * size), to * size);
    labels[to] = split.labels[from]!;
  });
  return { count: indices.length, images, labels };
}

/** The number of values of one channel in one example: shape is [channels, ...]. */
export function planeOf(shape: Shape): number {
  return sizeOf(shape.slice(1));
}

function momentsOf({ count, images }: Split, shape: Shape): { mean: number[]; std: number[] } {
  const plane = planeOf(shape);
  const step = sizeOf(shape);
  const mean: number[] = [];
  const std: number[] = [];
  for (let begin = 0; begin < step; begin += plane) {
    const average = sumOver(images, begin, plane, step, 0, false) / (count * plane);
    const squares = sumOver(images, begin, plane, step, average, true) / (count * plane);
    mean.push(average);
    std.push(Math.sqrt(squares) || 1);
  }
  return { mean, std };
}

/** The sum of x - about, or of its square, over pieces of `plane` values every `step`, in the order of the data. */
function sumOver(
  images: Uint8Array | Float32Array,
  begin: number,
  plane: number,
  step: number,
  about: number,
  isSquared: boolean,
): number {
  let sum = 0;
  for (; begin < images.length; begin += step) {
    for (let i = begin; i < begin + plane; i++) {
      const x = images[i]! - about;
      sum += isSquared ? x * x : x;
    }
  }
  return sum;
}
