/** einsum and contract against plain loops, over random networks, layouts and backends. */

import fc from 'fast-check';
import { withBackend } from '../../src/backend/current.ts';
import { contract, einsum } from '../../src/ops/einsum/einsum.ts';
import { broadcastTo } from '../../src/ops/broadcast.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { naiveEinsum } from '../support/naive.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

type Layout = 'dense' | 'transposed' | 'repeated';

interface Net {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly sizes: Readonly<Record<string, number>>;
  readonly layouts: readonly Layout[];
  readonly seed: number;
}

const names = ['a', 'b', 'c', 'd', 'e'];

const nets: fc.Arbitrary<Net> = fc
  .record({
    inputs: fc.array(fc.array(fc.constantFrom(...names), { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    sizes: fc.record(Object.fromEntries(names.map((name) => [name, fc.integer({ min: 1, max: 4 })]))),
    layouts: fc.array(fc.constantFrom<Layout>('dense', 'transposed', 'repeated'), { minLength: 4, maxLength: 4 }),
    seed: fc.integer(),
    keep: fc.shuffledSubarray(names),
  })
  .map(({ keep, ...net }) => {
    const present = new Set(net.inputs.flat());
    return { ...net, output: keep.filter((label) => present.has(label)) };
  });

function operand(labels: readonly string[], net: Net, layout: Layout, random: () => number): Tensor {
  const shape = labels.map((label) => net.sizes[label]);
  const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, random);
  const size = shape.reduce((a, b) => a * b, 1);
  if (layout === 'transposed') return transpose(tensor(numbers(size), [...shape].reverse()));
  if (layout === 'dense' || shape.length === 0) return tensor(numbers(size), shape);
  return broadcastTo(tensor(numbers(size / shape[0]), [1, ...shape.slice(1)]), shape);
}

function near(got: ArrayLike<number>, want: readonly number[]): void {
  assert.is(got.length, want.length);
  want.forEach((w, k) => {
    assert.ok(Math.abs(got[k] - w) <= 1e-12 * (1 + Math.abs(w)) * want.length, `element ${k}: ${got[k]}, not ${w}`);
  });
}

test('random networks equal plain loops', () => {
  for (const backend of [referenceBackend(), wasmBackend()]) {
    withBackend(backend, () => {
      fc.assert(
        fc.property(nets, (net) => {
          const random = seeded(net.seed);
          const xs = net.inputs.map((labels, k) => operand(labels, net, net.layouts[k], random));
          const got = contract(
            net.inputs.map((labels, k) => ({ x: xs[k], labels })),
            net.output,
          );
          assert.equal(
            got.shape,
            net.output.map((label) => net.sizes[label]),
          );
          near(dataSync(got), naiveEinsum(net.inputs, net.output, xs));
          const text = `${net.inputs.map((labels) => labels.join('')).join(',')}->${net.output.join('')}`;
          scope(() => assert.equal(dataSync(einsum(text, ...xs)), dataSync(got)));
        }),
        { numRuns: 300 },
      );
    });
  }
});

test.run();
