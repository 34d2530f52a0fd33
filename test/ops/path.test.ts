/** The planner: cheapest of all trees on small networks, never worse than a chain on large ones, and what it reports. */

import fc from 'fast-check';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { contract, einsum, einsumPath } from '../../src/ops/einsum/einsum.ts';
import type { Tree } from '../../src/ops/einsum/optimal.ts';
import { type Plan, plan } from '../../src/ops/einsum/path.ts';
import { ones, zeros } from '../../src/tensor/create.ts';
import { toArray } from '../../src/tensor/read.ts';
import { expectRefusal } from '../laws/op.ts';
import { assert, test } from '../support/test.ts';
import { treesOf } from '../support/trees.ts';

interface Net {
  readonly inputs: readonly string[][];
  readonly output: readonly string[];
  readonly sizes: ReadonlyMap<string, number>;
}

/** Connected or not, with hyperedges; each label is in two operands at least or in the result. */
function networks(operands: number): fc.Arbitrary<Net> {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  return fc
    .record({
      raw: fc.array(fc.subarray(names, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: operands }),
      sizes: fc.array(fc.constantFrom(1, 2, 3, 8, 40, 100), { minLength: 7, maxLength: 7 }),
      extra: fc.subarray(names),
    })
    .map(({ raw, sizes, extra }) => {
      const count = (label: string): number => raw.filter((labels) => labels.includes(label)).length;
      const present = names.filter((label) => count(label) > 0);
      const output = present.filter((label) => count(label) === 1 || extra.includes(label));
      return { inputs: raw, output, sizes: new Map(present.map((label) => [label, sizes[names.indexOf(label)]])) };
    });
}

test('up to 8 operands the order is the cheapest of all', () => {
  fc.assert(
    fc.property(networks(5), (net) => {
      const best = plan(net, net.sizes).path.cost;
      const all = treesOf(net.inputs.map((_, k) => k)).map((tree) => plan(net, net.sizes, tree).path.cost);
      assert.ok(Math.abs(best - Math.min(...all)) <= 1e-12 * best, `${best}, not ${Math.min(...all)}`);
    }),
    { numRuns: 100 },
  );
});

/** Elements of what is alive after each step, and the most: from the steps alone. */
function peakOf({ steps }: Plan, { inputs, sizes }: Net): number {
  const alive = new Map<number, number>();
  let peak = 0;
  steps.forEach(({ pair, labels }, s) => {
    alive.set(
      inputs.length + s,
      labels.reduce((size, label) => size * sizes.get(label)!, 1),
    );
    peak = Math.max(
      peak,
      [...alive.values()].reduce((a, b) => a + b, 0),
    );
    for (const k of pair) alive.delete(k);
  });
  return peak;
}

test('steps use every operand and every result once, and end with the result', () => {
  fc.assert(
    fc.property(networks(10), (net) => {
      const made = plan(net, net.sizes);
      const { steps, path } = made;
      const used = steps.flatMap(({ pair }) => pair).sort((a, b) => a - b);
      assert.equal(used, [...Array(2 * net.inputs.length - 2).keys()]);
      assert.equal(steps.at(-1)!.labels, net.output);
      assert.is(path.peakElements, peakOf(made, net));
      assert.is(path.text.split('\n').length, steps.length + 2);
    }),
    { numRuns: 100 },
  );
});

test('many operands take an order no worse than from left to right', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(1, 2, 5, 16, 60), { minLength: 11, maxLength: 16 }), (sizes) => {
      const inputs = sizes.slice(1).map((_, k) => [`x${k}`, `x${k + 1}`]);
      const net: Net = {
        inputs,
        output: ['x0', `x${sizes.length - 1}`],
        sizes: new Map(sizes.map((n, k) => [`x${k}`, n])),
      };
      const chain = inputs.slice(1).reduce<Tree>((tree, _, k) => [tree, k + 1], 0);
      assert.ok(plan(net, net.sizes).path.cost <= plan(net, net.sizes, chain).path.cost);
    }),
    { numRuns: 20 },
  );
});

test('a network of many operands is contracted', () => {
  const labels = Array.from({ length: 12 }, (_, k) => [`x${k}`, `x${k + 1}`]);
  const x = contract(
    labels.map((pair) => ({ x: ones([2, 2]), labels: pair })),
    ['x0', 'x12'],
  );
  assert.equal(toArray(x), [
    [2048, 2048],
    [2048, 2048],
  ]);
});

test('a product of three matrices begins with the small ones', () => {
  const path = einsumPath('ij,jk,kl->il', [1000, 4], [4, 1000], [1000, 4]);
  assert.equal(path.steps, [
    [1, 2],
    [0, 3],
  ]);
  assert.is(path.flops, 2 * 4 * 1000 * 4 + 2 * 1000 * 4 * 4);
  assert.is(path.peakElements, 4 * 4 + 1000 * 4);
});

test('a factorised layer is used factor by factor for small ranks, and rebuilt for large ones', () => {
  const first = (rank: number): readonly number[] =>
    einsumPath('bi,ir,rs,so->bo', [512, 256], [256, rank], [rank, rank], [rank, 256]).steps[0];
  assert.ok(first(8).includes(0) || first(8).includes(1));
  const rebuilt = einsumPath('bij,ixr,rjy->bxy', [4096, 16, 16], [16, 16, 200], [200, 16, 16]);
  assert.equal(rebuilt.steps, [
    [1, 2],
    [0, 3],
  ]);
  const kept = einsumPath('bij,ixr,rjy->bxy', [64, 16, 16], [16, 16, 2], [2, 16, 16]);
  assert.is(kept.steps[0].includes(0), true);
});

test('refuses labels and shapes that do not fit', () => {
  const x = ones([2, 3]);
  const calls: [() => unknown, typeof ShapeError | typeof DtypeError][] = [
    [() => einsum('ij,jk->ik', x, ones([4, 5])), ShapeError],
    [() => einsum('ij->ijk', x), ShapeError],
    [() => einsum('ij->ii', x), ShapeError],
    [() => einsum('ijk->i', x), ShapeError],
    [() => einsum('ij,jk->ik', x), ShapeError],
    [() => einsum('i1->i', x), ShapeError],
    [() => einsum('...i...->i', x), ShapeError],
    [() => einsum('...i->i', x), ShapeError],
    [() => einsum('i->j->i', x), ShapeError],
    [() => einsum('...ij,...jk->...ik', ones([2, 2, 3]), ones([3, 3, 2])), ShapeError],
    [() => einsumPath('ij,j->i', [2, Number.NaN], [Number.NaN]), ShapeError],
    [() => einsumPath('ij,j->i', [2, -1], [-1]), ShapeError],
    [() => contract([], []), ShapeError],
    [() => contract([{ x, labels: ['a'] }], []), ShapeError],
    [() => einsum('ij,jk->ik', x, ones([3, 2], 'f64')), DtypeError],
    [() => einsum('ij,jk->ik', zeros([2, 3], 'i32'), zeros([3, 2], 'i32')), DtypeError],
  ];
  calls.forEach(expectRefusal);
  assert.throws(
    () =>
      contract(
        [
          { x, labels: ['row', 'column'] },
          { x: ones([4]), labels: ['column'] },
        ],
        ['row'],
      ),
    (error: Error) =>
      error.message === 'contract: label column has one size; got 3 and 4 in [2, 3], [4]; check the operands',
  );
});

test.run();
