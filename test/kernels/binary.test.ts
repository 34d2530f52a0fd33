import { Binary, binary, binaryFunctions } from '../../src/kernels/binary.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(binary);

test('codes count from 0, one function each', () => {
  assert.equal(
    Object.values(Binary),
    Object.keys(binaryFunctions).map((_, k) => k),
  );
  assert.equal(Object.keys(Binary), Object.keys(binaryFunctions));
});

test('max and min keep NaN and order the zeros', () => {
  const { max, min } = binaryFunctions;
  const same = (x: number): number => x;
  assert.ok(Number.isNaN(max(NaN, 1, same)) && Number.isNaN(max(1, NaN, same)));
  assert.ok(Number.isNaN(min(NaN, 1, same)) && Number.isNaN(min(1, NaN, same)));
  assert.ok(Object.is(max(-0, 0, same), 0));
  assert.ok(Object.is(min(0, -0, same), -0));
});

test.run();
