import { Unary, unary, unaryFunctions } from '../../src/kernels/unary.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(unary);

test('codes count from 0, one function each', () => {
  assert.equal(
    Object.values(Unary),
    Object.keys(unaryFunctions).map((_, k) => k),
  );
  assert.equal(Object.keys(Unary), Object.keys(unaryFunctions));
});

test('NaN is kept but for step', () => {
  for (const [name, f] of Object.entries(unaryFunctions)) {
    assert.ok(Object.is(f(NaN, Math.fround), name === 'step' ? 0 : NaN), name);
  }
});

test.run();
