import { full } from '../../src/formats/algebra.ts';
import { formatNamed, formats } from '../../src/formats/all.ts';
import { convFlops, convWeighted } from '../../src/formats/conv.ts';
import { randomFactored } from '../../src/formats/init.ts';
import type { Factored } from '../../src/formats/network.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import { mul } from '../../src/ops/binary.ts';
import { conv2d } from '../../src/ops/conv.ts';
import type { ConvOptions } from '../../src/ops/convGeometry.ts';
import { grad } from '../../src/ops/grad.ts';
import { sum } from '../../src/ops/reduce.ts';
import { key } from '../../src/random.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { leavesOf } from '../../src/tree.ts';
import { difference, noise } from '../laws/format.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('convolution by parts');

const OUT = 48;
const IN = 40;

function kernel(format: string, rank: number): Factored {
  const axes = [
    { size: OUT, role: 'out' as const },
    { size: IN, role: 'in' as const },
    { size: 3, role: 'window' as const },
    { size: 3, role: 'window' as const },
  ];
  const layout = formatNamed(format).layout(axes);
  const ranks = resolveRanks(formatNamed(format), layout, rank);
  return randomFactored(format, layout, ranks, { std: 0.1, key: key(2), dtype: 'f64' });
}

const lowRank = formats.map(({ name }) => name).filter((name) => name !== 'dense');
const options: readonly ConvOptions[] = [{ padding: 1 }, { stride: 2, padding: 1 }, { dilation: 2 }];

test('convolves as the full kernel does, with its gradients', () => {
  const x = noise([3, IN, 8, 8], 1);
  for (const format of lowRank) {
    const w = kernel(format, 3);
    for (const how of options) {
      const y = convWeighted(w, x, how);
      assert.ok(difference(y, conv2d(x, full(w), how)) < 1e-12, format);
      const by = noise(y.shape, 3);
      const parts = grad((tree: { w: Factored; x: Tensor }) => sum(mul(convWeighted(tree.w, tree.x, how), by)))({
        w,
        x,
      });
      const whole = grad((tree: { w: Factored; x: Tensor }) => sum(mul(conv2d(tree.x, full(tree.w), how), by)))({
        w,
        x,
      });
      const expected = leavesOf<Tensor>(whole);
      for (const [path, found] of leavesOf<Tensor>(parts)) {
        assert.ok(difference(found, expected.get(path)!) < 1e-11, `${format} ${path}`);
      }
    }
  }
});

test('small ranks take fewer operations than the full kernel, in every format whose window is apart from a channel', () => {
  const dense = convFlops(full(kernel('lowRank', 1)), [1, IN, 16, 16], { padding: 1 });
  for (const format of ['lowRank', 'tucker', 'cp', 'tt']) {
    const flops = convFlops(kernel(format, 3), [1, IN, 16, 16], { padding: 1 });
    assert.ok(flops < dense / 4, `${format} takes ${flops} of ${dense}`);
  }
});

test.run();
