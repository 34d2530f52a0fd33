/**
 * A user's own examples. One file has no test part, so a fifth of it, drawn by a key that no seed changes, is set aside:
 * runs with different seeds are tested on the same examples.
 */

import { basename } from 'node:path';
import type { Column } from '../columns.ts';
import { FormatError } from '../errors.ts';
import { readCsv } from '../io/csv.ts';
import { type Dataset, makeDataset, type Split } from '../io/dataset.ts';
import { readNpy } from '../io/npy.ts';
import { showText } from '../io/show.ts';
import { holdOut } from '../io/shuffle.ts';
import type { TensorData } from '../io/stored.ts';
import { fold, key } from '../random.ts';
import { showShape } from '../shape.ts';
import { isFile, readBytes } from './files.ts';

const TEST = 0.2;
const MOST_CLASSES = 10_000;

/**
 * A table with a column of labels: each feature is a channel. Columns of texts, and those `declared`, are categories by
 * their names.
 */
export async function openCsv(
  path: string,
  label: string | number = -1,
  declared: readonly string[] = [],
): Promise<Dataset> {
  const {
    rows,
    columns,
    features,
    labels,
    classes,
    kinds = [],
  } = readCsv(await readBytes(path), {
    label,
    categories: { declared },
  });
  const all = { count: rows, images: features, labels };
  return make(path, [columns], classes, all, kinds.some(({ kind }) => kind === 'index') ? kinds : undefined);
}

/**
 * Examples [n, ...] with their labels in NAME.labels.npy beside NAME.npy, or a table [n, features + 1] whose last column
 * is the label. Images [n, height, width] get one channel.
 */
export async function openNpy(path: string): Promise<Dataset> {
  const examples = readNpy(await readBytes(path));
  const beside = path.replace(/\.npy$/i, '.labels.npy');
  const labels = (await isFile(beside)) ? readNpy(await readBytes(beside)) : undefined;
  const table = labels === undefined ? splitColumn(path, examples) : { examples, labels };
  const [count, ...rest] = table.examples.shape;
  if (count === undefined || rest.length === 0 || table.labels.shape.length !== 1 || table.labels.shape[0] !== count) {
    const got = `${showShape(examples.shape)} and ${showShape(table.labels.shape)} for ${showText(path)}`;
    throw new FormatError('openDataset', 'there are examples [n, ...] and labels [n]', got, 'give as many of both');
  }
  const { classes, classNames } = classesOf(path, table.labels);
  const shape = rest.length === 2 ? [1, ...rest] : rest;
  const { data } = table.examples;
  const images = data instanceof Uint8Array ? data : Float32Array.from(data);
  return make(path, shape, classNames, { count, images, labels: classes });
}

function make(
  path: string,
  shape: readonly number[],
  classNames: readonly string[],
  all: Split,
  columns?: readonly Column[],
): Dataset {
  const [train, test] = holdOut('openDataset', all, TEST, fold(key(0), 'test'));
  const data = { name: basename(path), shape, classes: classNames.length, classNames, train, test };
  return makeDataset(columns === undefined ? data : { ...data, columns });
}

function splitColumn(path: string, { dtype, shape, data }: TensorData): { examples: TensorData; labels: TensorData } {
  const [rows, columns] = shape as readonly [number, number];
  if (shape.length !== 2 || columns < 2) {
    const got = `${showShape(shape)} in ${showText(path)}`;
    const remedy = `put the labels in ${showText(basename(path).replace(/\.npy$/i, '.labels.npy'))} beside it`;
    throw new FormatError('openDataset', 'a table [n, features + 1] ends with a column of labels', got, remedy);
  }
  const examples = data.filter((_, i) => i % columns !== columns - 1);
  const labels = data.filter((_, i) => i % columns === columns - 1);
  return {
    examples: { dtype, shape: [rows, columns - 1], data: examples },
    labels: { dtype, shape: [rows], data: labels },
  };
}

/** Classes 0, 1, 2, ... of the distinct labels in numeric order. */
function classesOf(path: string, labels: TensorData): { classes: Int32Array; classNames: string[] } {
  const bad = labels.data.findIndex((label) => !Number.isSafeInteger(label));
  if (bad >= 0) {
    const got = `${labels.data[bad]} at example ${bad} of ${showText(path)}`;
    throw new FormatError('openDataset', 'labels are whole numbers', got, 'store one class for each example');
  }
  const distinct = [...new Set(labels.data)].sort((a, b) => a - b);
  if (distinct.length > MOST_CLASSES) {
    const got = `${distinct.length} in ${showText(path)}`;
    throw new FormatError(
      'openDataset',
      `there are at most ${MOST_CLASSES} classes`,
      got,
      'label the examples by class',
    );
  }
  const order = new Map(distinct.map((label, k) => [label, k]));
  return {
    classes: Int32Array.from(labels.data, (label) => order.get(label)!),
    classNames: distinct.map(String),
  };
}
