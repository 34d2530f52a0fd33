import fc from 'fast-check';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { vjp } from '../../src/ops/grad.ts';
import { avgPool2d, globalAvgPool, maxPool2d, type PoolOptions } from '../../src/ops/pool.ts';
import { ones, zeros } from '../../src/tensor/create.ts';
import { toArray } from '../../src/tensor/read.ts';
import { opLaws } from '../laws/op.ts';
import { at, distinct, empty, type Sample, sample } from '../support/samples.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const size = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const images = fc
  .tuple(size(1, 2), size(1, 2), size(3, 5), size(3, 5))
  .chain((shape) => fc.tuple(distinct([...shape])));

/** What f makes of the elements of each window. */
const model =
  (f: (list: number[]) => number, [kh, kw]: number[], [sh, sw]: number[], [ph, pw]: number[]) =>
  (x: Sample): Sample => {
    const [batch, channels, height, width] = x.shape as [number, number, number, number];
    const shape = [
      batch,
      channels,
      Math.floor((height + 2 * ph! - kh!) / sh!) + 1,
      Math.floor((width + 2 * pw! - kw!) / sw!) + 1,
    ];
    return sample(shape, ([b, c, i, j]) => {
      const list: number[] = [];
      for (let y = i! * sh! - ph!; y < i! * sh! - ph! + kh!; y++) {
        for (let z = j! * sw! - pw!; z < j! * sw! - pw! + kw!; z++) {
          if (y >= 0 && y < height && z >= 0 && z < width) list.push(at(x, [b!, c!, y, z]));
        }
      }
      return f(list);
    });
  };

const average = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
const ways: readonly (readonly [PoolOptions, number[], number[], number[]])[] = [
  [{ window: 2 }, [2, 2], [2, 2], [0, 0]],
  [{ window: 3, stride: 2, padding: 1 }, [3, 3], [2, 2], [1, 1]],
  [{ window: [2, 3], stride: 1, padding: [0, 1] }, [2, 3], [1, 1], [0, 1]],
];

for (const [options, kernel, stride, padding] of ways) {
  const shared = { inputs: images, empty: [[empty(0, 2, 4, 4)], [empty(2, 0, 3, 3)]], runs: 6 };
  opLaws({
    ...shared,
    name: `maxPool2d ${kernel}`,
    fn: (x) => maxPool2d(x!, options),
    model: model((list) => Math.max(...list), kernel, stride, padding),
    smooth: false,
    refuses: [
      [() => maxPool2d(zeros([1, 1, 1, 4], 'f32'), { window: 4 }), ShapeError],
      [() => maxPool2d(zeros([1, 1, 4, 4], 'i32'), { window: 2 }), DtypeError],
    ],
  });
  opLaws({
    ...shared,
    name: `avgPool2d ${kernel}`,
    fn: (x) => avgPool2d(x!, options),
    model: model(average, kernel, stride, padding),
  });
}

opLaws({
  name: 'globalAvgPool',
  fn: (x) => globalAvgPool(x!),
  inputs: images,
  model: (x) =>
    sample(x!.shape.slice(0, 2), ([b, c]) => {
      const area = x!.shape[2]! * x!.shape[3]!;
      const first = (b! * x!.shape[1]! + c!) * area;
      return average(x!.values.slice(first, first + area));
    }),
  empty: [[empty(0, 2, 3)]],
});

test('the first of equal maxima has the gradient', () => {
  const { gradients } = vjp((x) => maxPool2d(x!, { window: 2 }), [zeros([1, 1, 2, 2])], ones([1, 1, 1, 1]));
  assert.equal(toArray(gradients[0]!), [
    [
      [
        [1, 0],
        [0, 0],
      ],
    ],
  ]);
});

test('windows that do not fit are refused', () => {
  const x = zeros([1, 1, 4, 4]);
  for (const options of [
    { window: 5 },
    { window: 0 },
    { window: 1.5 },
    { window: 2, stride: 0 },
    { window: 2, padding: 2 },
  ]) {
    throws(() => maxPool2d(x, options), ShapeError);
    throws(() => avgPool2d(x, options), ShapeError);
  }
  throws(() => maxPool2d(zeros([4, 4]), { window: 2 }), ShapeError);
  throws(() => globalAvgPool(zeros([4, 4])), ShapeError);
});

test.run();
