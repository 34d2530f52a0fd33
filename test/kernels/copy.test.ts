import fc from 'fast-check';
import { copy, planCopy } from '../../src/kernels/copy.ts';
import { offsetOf } from '../../src/kernels/pieces.ts';
import { rowMajor, sizeOf } from '../../src/shape.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(copy);

/** Pairs of offsets that a copy with these modes moves, in order of the target. */
function moves(shape: readonly number[], xStrides: readonly number[], yStrides: readonly number[]): number[][] {
  const pairs = Array.from({ length: sizeOf(shape) }, (_, i) => [
    offsetOf(i, shape, yStrides),
    offsetOf(i, shape, xStrides),
  ]);
  return pairs.sort((a, b) => a[0]! - b[0]!);
}

test('a plan moves the same elements, and ends in the modes that are dense', () => {
  const modes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 5 });
  fc.assert(
    fc.property(modes, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), (shape, keys) => {
      // y permuted by the keys, x dense.
      const order = shape.map((_, k) => k).sort((a, b) => keys[a]! - keys[b]! || a - b);
      const strides = rowMajor(order.map((k) => shape[k]!));
      const yStrides = shape.map((_, k) => strides[order.indexOf(k)]!);
      const plan = planCopy(shape, rowMajor(shape), yStrides);
      assert.equal(moves(plan.shape, plan.xStrides, plan.yStrides), moves(shape, rowMajor(shape), yStrides));
      assert.is(plan.yStrides.at(-1) ?? 1, 1);
      if (plan.shape.length > 1) assert.ok(plan.xStrides.slice(-2).includes(1));
    }),
  );
});

test.run();
