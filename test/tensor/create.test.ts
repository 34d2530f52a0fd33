import fc from 'fast-check';
import { arrayOf, type Dtype, dtypes } from '../../src/dtype.ts';
import { BackendError, DtypeError, OutOfMemoryError, ShapeError } from '../../src/errors.ts';
import { sizeOf } from '../../src/shape.ts';
import { byteSize, eye, full, type Nested, ones, range, tensor, zeros } from '../../src/tensor/create.ts';
import { data, dataSync, item, toArray } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { shapes } from '../support/samples.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

test('what goes in comes out, in every dtype, in and outside scopes', () => {
  fc.assert(
    fc.property(shapes(), fc.constantFrom(...dtypes), (shape, dtype) => {
      const values = arrayOf(dtype, sizeOf(shape)).map((_, k) => (k * 7) % 250);
      const outside = tensor(values, shape);
      assert.is(outside.dtype, dtype);
      assert.equal(outside.shape, shape);
      assert.equal(dataSync(outside), values);
      scope(() => assert.equal(dataSync(tensor(values, shape)), values));
      assert.equal(dataSync(scope(() => tensor(values, shape))), values);
    }),
    { numRuns: 40, seed: 1 },
  );
});

test('nested arrays round trip', () => {
  const nested = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  assert.equal(toArray(tensor(nested)), nested);
  assert.equal(tensor(nested).shape, [2, 3]);
  assert.is(toArray(tensor(3)), 3);
  assert.equal(tensor([]).shape, [0]);
  assert.equal(tensor([[], []]).shape, [2, 0]);
  assert.is(tensor(nested).dtype, 'f32');
  assert.is(tensor(nested, undefined, 'f64').dtype, 'f64');
});

test('data is copied', () => {
  const values = Float32Array.of(1, 2);
  const x = tensor(values);
  values[0] = 9;
  assert.is(dataSync(x)[0], 1);
  dataSync(x)[1] = 9;
  assert.is(dataSync(x)[1], 2);
});

test('data of a Buffer is copied, too', () => {
  const bytes = Buffer.from([1, 2, 3]);
  const x = tensor(bytes);
  bytes[0] = 9;
  assert.equal(dataSync(x), Uint8Array.of(1, 2, 3));
});

test('a dtype converts typed arrays', () => {
  assert.equal(dataSync(tensor(Float64Array.of(1, 2.5), undefined, 'f32')), Float32Array.of(1, 2.5));
});

test('makers', () => {
  assert.equal(toArray(zeros([2])), [0, 0]);
  assert.equal(toArray(ones([2], 'i32')), [1, 1]);
  assert.equal(toArray(full([2], 7, 'u8')), [7, 7]);
  assert.equal(toArray(eye(2)), [
    [1, 0],
    [0, 1],
  ]);
  assert.equal(toArray(range(2, 5)), [2, 3, 4]);
  assert.equal(toArray(range(2, 1)), []);
  assert.is(byteSize(zeros([3], 'f64')), 24);
  assert.is(String(zeros([3, 2])), 'Tensor [3, 2] f32');
});

test('reading views', async () => {
  const { storage } = tensor([1, 2, 3, 4, 5, 6]);
  const columns = new Tensor(storage, [3, 2], [1, 3]);
  assert.equal(toArray(columns), [
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  assert.equal(await data(columns), dataSync(columns));
  scope(() => {
    const { storage } = tensor([1, 2, 3, 4, 5, 6]);
    assert.equal(dataSync(new Tensor(storage, [3, 2], [1, 3])), Float32Array.of(1, 4, 2, 5, 3, 6));
    assert.equal(dataSync(new Tensor(storage, [2, 2], [3, 0], 1)), Float32Array.of(2, 2, 5, 5));
    assert.equal(dataSync(new Tensor(storage, [2], [1], 4)), Float32Array.of(5, 6));
  });
});

test('wrong data is refused', () => {
  throws(() => tensor([[1, 2], [3]]), ShapeError, /length 2/);
  throws(() => tensor([[1, 2], 3] as Nested), ShapeError);
  throws(() => tensor([1, [2]] as Nested), ShapeError);
  throws(() => tensor([[1], [[2]]] as unknown as Nested), ShapeError);
  throws(() => tensor('12' as unknown as Nested), ShapeError);
  throws(() => tensor(undefined as unknown as Nested), ShapeError);
  throws(() => tensor(null as unknown as Nested), ShapeError);
  throws(() => tensor(['1'] as unknown as Nested), ShapeError);
  throws(() => tensor([1, 2, 3], [2, 2]), ShapeError, /\[2, 2\] for 3/);
  throws(() => tensor([1], [-1, -1]), ShapeError);
  throws(() => tensor([1], 1 as never), ShapeError, /a shape is a list of sizes; got 1;/);
  throws(() => zeros(3 as never), ShapeError, /a shape is a list/);
  throws(() => tensor([1], [0.5, 2]), ShapeError);
  throws(() => zeros([2 ** 30, 2 ** 30]), ShapeError);
  throws(() => zeros(new Array<number>(33).fill(1)), ShapeError, /order is at most 32/);
  throws(() => tensor(new BigInt64Array(1) as never), DtypeError, /BigInt64Array/);
  throws(() => tensor([1], [1], 'f16' as Dtype), DtypeError);
  throws(() => zeros([1], 'bool' as Dtype), DtypeError);
  throws(() => zeros([2 ** 31], 'f64'), OutOfMemoryError, /\[2147483648\]/);
  throws(() => item(zeros([2])), ShapeError);
});

test('a tensor that is gone cannot be read', async () => {
  let lost: Tensor | undefined;
  scope(() => {
    lost = zeros([2]);
  });
  throws(() => dataSync(lost!), BackendError, /scope that has ended/);
  let thrown: unknown;
  await data(lost!).catch((error: unknown) => (thrown = error));
  assert.instance(thrown, BackendError);
});

test.run();
