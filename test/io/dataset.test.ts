/** Data sets: checked once, split and shuffled by keys, assembled into batches. */

import fc from 'fast-check';
import { FormatError, NonFiniteError, ShapeError } from '../../src/errors.ts';
import { type Augment, assemble } from '../../src/io/batch.ts';
import { type Dataset, gatherSplit, makeDataset, type Split, splitOf } from '../../src/io/dataset.ts';
import { below, permutation, someOf, splitValidation } from '../../src/io/shuffle.ts';
import { cases, refuses } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

/** `count` examples of this shape: value k of example n is (7 n + k) mod 251, its label n mod 3. */
function split(count: number, shape: readonly number[]): Split {
  const size = shape.reduce((a, b) => a * b, 1);
  const images = Uint8Array.from({ length: count * size }, (_, i) => (7 * Math.floor(i / size) + (i % size)) % 251);
  return { count, images, labels: Int32Array.from({ length: count }, (_, n) => n % 3) };
}
function dataset(count: number, shape: readonly number[]): Dataset {
  return makeDataset({ name: 'made', shape, classes: 3, train: split(count, shape), test: split(3, shape) });
}
const floats = (s: Split): Split => ({ ...s, images: Float32Array.from(s.images) });

test('mean and deviation are those of each channel of the training part', () => {
  const train = { count: 2, images: Uint8Array.of(0, 2, 5, 5, 4, 6, 5, 5), labels: Int32Array.of(0, 1) };
  const made = makeDataset({
    name: 'x',
    shape: [2, 1, 2],
    classes: 2,
    train,
    test: gatherSplit(train, Int32Array.of(1)),
  });
  assert.equal(made.mean, [3, 5]);
  assert.equal(made.std, [Math.sqrt(5), 1]);
});

test('features of a table are channels of their own', () => {
  const train = { count: 2, images: Float32Array.of(0, 10, 4, 30), labels: Int32Array.of(0, 1) };
  const made = makeDataset({ name: 'x', shape: [2], classes: 2, train, test: train });
  assert.equal(
    [made.mean, made.std],
    [
      [2, 20],
      [2, 10],
    ],
  );
  assert.equal([...assemble(train, Int32Array.of(1, 0), made).images], [1, 1, -1, -1]);
});

test('a set that cannot be trained on is refused by name', () => {
  const good = split(6, [1, 2, 2]);
  const make = (train: Split, classes = 3, test = good): (() => unknown) => {
    return () => makeDataset({ name: 'bad', shape: [1, 2, 2], classes, train, test });
  };
  refuses(make(good, 1), /at least 2 classes/);
  refuses(make(good, 2), /labels are 0 to 1; got 2 at example 2 of bad train/);
  refuses(make(good, 3, { ...good, labels: Int32Array.of(0, 0, 0, 0, -1, 0) }), /got -1 at example 4 of bad test/);
  refuses(make({ ...good, count: 0 }), /a split has examples; got none in bad train/);
  refuses(make({ ...good, count: 5 }), /one label and one image/);
  refuses(make({ ...good, labels: new Int32Array(5) }), /5 labels and 24 values for 6 of \[1, 2, 2\]/);
  const holed = floats(good);
  holed.images[9] = Number.NaN;
  assert.throws(
    make(holed),
    (error: Error) => error instanceof NonFiniteError && /NaN in example 2/.test(error.message),
  );
  refuses(
    () =>
      splitOf(
        'x',
        { dtype: 'i32', shape: [1, 1], data: Int32Array.of(1) },
        { dtype: 'u8', shape: [1], data: Uint8Array.of(1) },
      ),
    /images are u8 or f32/,
  );
  const image = { dtype: 'u8', shape: [1, 1], data: Uint8Array.of(1) } as const;
  refuses(() => splitOf('x', image, { dtype: 'f32', shape: [1], data: Float32Array.of(1) }), /labels are whole/);
  refuses(() => splitOf('x', image, image), /labels are whole/);
});

test('a permutation has each index once and depends on seed and epoch alone', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(), fc.nat(50), (count, seed, epoch) => {
      const order = permutation(count, seed, epoch);
      assert.equal(order, permutation(count, seed, epoch));
      assert.equal(
        [...order].sort((a, b) => a - b),
        [...Array(count).keys()],
      );
    }),
    cases(100),
  );
  assert.not.equal(permutation(100, 1, 0), permutation(100, 1, 1));
  assert.not.equal(permutation(100, 1, 0), permutation(100, 2, 0));
});

test('every order of four comes about equally often', () => {
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 4800; epoch++) {
    const name = permutation(4, 3, epoch).join('');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const chi = [...counts.values()].reduce((sum, n) => sum + (n - 200) ** 2 / 200, 0);
  assert.is(counts.size, 24);
  // 23 degrees of freedom: above 64 once in 100,000 seeds.
  assert.ok(chi < 64, `chi-squared ${chi}`);
});

test('a random word below n is below n', () => {
  for (const n of [1, 2, 3, 60_000, 2 ** 31]) {
    assert.is(below(0, n), 0);
    assert.is(below(-1, n), n - 1);
  }
});

test('a validation part takes its share of the training examples, each once, in the order of the file', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 60 }),
      fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      fc.nat(),
      (n, f, seed) => {
        const whole: Split = {
          count: n,
          images: Float32Array.from({ length: n }, (_, k) => k),
          labels: new Int32Array(n),
        };
        const held = Math.round(n * f);
        fc.pre(held >= 1 && held < n);
        const { train, validation } = splitValidation(whole, f, seed);
        assert.equal([train.count, validation.count], [n - held, held]);
        const [a, b] = [[...train.images], [...validation.images]];
        assert.equal(
          [...a, ...b].sort((x, y) => x - y),
          [...whole.images],
        );
        assert.equal(
          a,
          [...a].sort((x, y) => x - y),
        );
        assert.equal(
          b,
          [...b].sort((x, y) => x - y),
        );
        assert.equal(splitValidation(whole, f, seed).validation.images, validation.images);
      },
    ),
    cases(100),
  );
  const few = split(3, [1]);
  for (const fraction of [0, 1, -1, 2, 0.1, Number.NaN]) {
    refuses(() => splitValidation(few, fraction, 0), /both parts have examples/);
  }
});

test('a batch is normalised by channel, u8 and f32 alike, to the bit', () => {
  for (const shape of [[2, 8, 9], [2, 3], [5]]) {
    const made = dataset(9, shape);
    const indices = Int32Array.of(4, 0, 4);
    const batch = assemble(made.train, indices, made);
    const size = shape.reduce((a, b) => a * b, 1);
    const plane = size / shape[0]!;
    assert.equal([...batch.labels], [1, 0, 1]);
    const expected = [...indices].flatMap((n) =>
      Array.from({ length: size }, (_, k) => {
        const c = Math.floor(k / plane);
        return Math.fround((made.train.images[n * size + k]! - made.mean[c]!) / made.std[c]!);
      }),
    );
    assert.equal([...batch.images], expected);
    assert.equal(assemble(floats(made.train), indices, made), batch);
  }
});

/** The augmented image found by trying every flip and shift; undefined when none fits. */
function explain(made: Dataset, index: number, got: Float32Array, crop: number): string | undefined {
  const [channels, height, width] = made.shape as [number, number, number];
  const value = (c: number, y: number, x: number): number => {
    const inside = y >= 0 && y < height && x >= 0 && x < width;
    const raw = inside ? made.train.images[((index * channels + c) * height + y) * width + x]! : 0;
    return Math.fround((raw - made.mean[c]!) / made.std[c]!);
  };
  for (let k = 0; k < 2 * (2 * crop + 1) ** 2; k++) {
    const flip = k % 2 === 1;
    const [dy, dx] = [(k >> 1) % (2 * crop + 1), Math.floor((k >> 1) / (2 * crop + 1))].map((d) => d - crop) as [
      number,
      number,
    ];
    const same = got.every((v, i) => {
      const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      return v === value(c, y - dy, flip ? width - 1 - (x - dx) : x - dx);
    });
    if (same) return `${flip} ${dy} ${dx}`;
  }
  return undefined;
}

test('augmentation is a flip and a shift with zeros around, all of them drawn, by seed, epoch and index', () => {
  const made = dataset(40, [2, 8, 8]);
  const indices = Int32Array.from({ length: 40 }, (_, k) => k);
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 4; epoch++) {
    const augment: Augment = { flip: true, crop: 1, seed: 5, epoch };
    const { images } = assemble(made.train, indices, { ...made, augment });
    assert.equal(assemble(floats(made.train), indices, { ...made, augment }).images, images);
    assert.equal(
      assemble(made.train, indices.slice(7, 8), { ...made, augment }).images,
      images.slice(7 * 128, 8 * 128),
    );
    for (const n of indices) {
      const change = explain(made, n, images.subarray(n * 128, (n + 1) * 128), 1);
      if (change === undefined) assert.unreachable(`example ${n} of epoch ${epoch} is no flip and shift`);
      else seen.add(change);
    }
  }
  assert.is(seen.size, 18);
});

test('augmentation that is not asked for changes nothing', () => {
  const made = dataset(5, [1, 3, 4]);
  const indices = Int32Array.of(0, 1, 2);
  const plain = assemble(made.train, indices, made);
  assert.equal(assemble(made.train, indices, { ...made, augment: { seed: 1, epoch: 2 } }), plain);
  const wide = assemble(made.train, indices, { ...made, augment: { crop: 9, seed: 1, epoch: 2 } });
  assert.ok(wide.images.every(Number.isFinite));
});

test('a batch that cannot be is refused', () => {
  const made = dataset(5, [2, 3]);
  const bad: [Int32Array, object, RegExp][] = [
    [Int32Array.of(), {}, /a batch has examples/],
    [Int32Array.of(5), {}, /indices are 0 to 4; got 5/],
    [Int32Array.of(-1), {}, /indices are 0 to 4; got -1/],
    [Int32Array.of(0), { shape: [2, 4] }, /the shape is that of an example/],
    [Int32Array.of(0), { augment: { flip: true, seed: 0, epoch: 0 } }, /\[channels, height, width\]/],
  ];
  for (const [indices, more, pattern] of bad) {
    assert.throws(
      () => assemble(made.train, indices, { ...made, ...more }),
      (error: Error) => error instanceof ShapeError && pattern.test(error.message),
    );
  }
  assert.throws(
    () => permutation(3, 0.5, 0),
    (error: Error) => error instanceof FormatError,
  );
});

test('some of a split: as many as asked, each once, every class by its share', () => {
  const labels = Int32Array.from({ length: 300 }, (_, k) => (k % 3 === 0 ? 0 : k % 30 === 1 ? 2 : 1));
  const split = { count: 300, labels, images: Float32Array.from({ length: 300 }, (_, k) => k) };
  const part = someOf(split, 60);
  assert.is(part.count, 60);
  assert.is(new Set(part.images).size, 60);
  assert.ok(part.images.every((k, at) => labels[k] === part.labels[at]));
  const share = (c: number): number => part.labels.filter((label) => label === c).length;
  assert.equal([share(0), share(1), share(2)], [20, 38, 2]);
  assert.equal([...someOf(split, 60).images], [...part.images]);
  assert.is(someOf(split, 300), split);
  assert.is(someOf(split, 999), split);
  for (const count of [0, -1, 1.5, Number.NaN]) refuses(() => someOf(split, count), /a count is a whole number >= 1/);
});

test.run();
