import { formatNamed } from '../../src/formats/all.ts';
import type { Layout, Role } from '../../src/formats/format.ts';
import { bondsOf, type Network } from '../../src/formats/network.ts';
import { entriesByBond, priorBonds } from '../../src/methods/bayesBonds.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('priors of bonds');

const layoutOf = (format: string, sizes: readonly number[], fold: readonly (readonly number[])[]): Layout => {
  const roles: readonly Role[] = ['out', 'in', 'window', 'window'];
  const axes = sizes.map((size, k) => ({ size, role: roles[k]! }));
  return formatNamed(format).layout(axes, { fold });
};

const entries = (layout: Layout, rank: number): Record<string, number> =>
  entriesByBond(layout.net, { ...layout.modes, ...Object.fromEntries(bondsOf(layout.net).map((b) => [b, rank])) });

test('cores of a train have their right bond, the last one its left bond', () => {
  const layout = layoutOf(
    'tt',
    [512, 784],
    [
      [16, 32],
      [28, 28],
    ],
  );
  assert.equal(priorBonds(layout.net), { core0: 'r1', core1: 'r2', core2: 'r3', core3: 'r3' });
  assert.equal(entries(layout, 20), { r1: 16, r2: 20 * 32, r3: 20 * 28 + 28 });
  const short = layoutOf('tt', [6, 35], [[6], [5, 7]]);
  assert.equal(priorBonds(short.net), { core0: 'r1', core1: 'r2', core2: 'r2' });
});

test('cores of a TT-matrix likewise, with pairs of modes', () => {
  const layout = layoutOf(
    'ttMatrix',
    [512, 784],
    [
      [4, 4, 8, 4],
      [4, 7, 4, 7],
    ],
  );
  assert.equal(priorBonds(layout.net), { core0: 'r1', core1: 'r2', core2: 'r3', core3: 'r3' });
  assert.equal(entries(layout, 20), { r1: 16, r2: 20 * 28, r3: 20 * 32 + 28 });
  const two = layoutOf(
    'ttMatrix',
    [10, 512],
    [
      [2, 5],
      [16, 32],
    ],
  );
  assert.equal(priorBonds(two.net), { core0: 'r1', core1: 'r1' });
  assert.equal(entries(two, 20), { r1: 32 + 160 });
});

test('factors of Tucker have their own bonds, the core has none', () => {
  const layout = layoutOf(
    'tucker',
    [512, 784],
    [
      [16, 32],
      [28, 28],
    ],
  );
  assert.equal(priorBonds(layout.net), { factor0: 'r0', factor1: 'r1', factor2: 'r2', factor3: 'r3' });
  assert.equal(entries(layout, 20), { r0: 16, r1: 32, r2: 28, r3: 28 });
  const matrix = layoutOf('tucker', [6, 8], [[6], [8]]);
  assert.equal(priorBonds(matrix.net), { factor0: 'r0', factor1: 'r1' });
  const conv = layoutOf('tucker', [6, 8, 3, 3], [[6], [8], [3], [3]]);
  assert.equal(priorBonds(conv.net), { factor0: 'r0', factor1: 'r1' });
});

test('all factors of CP share the one bond', () => {
  const layout = layoutOf(
    'cp',
    [512, 784],
    [
      [16, 32],
      [28, 28],
    ],
  );
  const { net } = layout;
  assert.equal(priorBonds(net), { factor0: 'r', factor1: 'r', factor2: 'r', factor3: 'r' });
  assert.equal(entries(layout, 50), { r: 16 + 32 + 28 + 28 });
});

test('both factors of a matrix share the one bond', () => {
  const layout = layoutOf('lowRank', [6, 8], [[6], [8]]);
  assert.equal(priorBonds(layout.net), { left: 'r', right: 'r' });
  assert.equal(entries(layout, 3), { r: 14 });
});

test('in a ring every core has its right bond, in a tree every part but the top the bond above it', () => {
  const ring = layoutOf(
    'tensorRing',
    [24, 35],
    [
      [4, 6],
      [5, 7],
    ],
  ).net;
  assert.equal(priorBonds(ring), { core0: 'r1', core1: 'r2', core2: 'r3', core3: 'r0' });
  const small = layoutOf('tensorRing', [4, 35], [[4], [5, 7]]).net;
  assert.equal(new Set(Object.values(priorBonds(small))).size, 3);
  const tree = layoutOf(
    'ht',
    [24, 35],
    [
      [4, 6],
      [5, 7],
    ],
  ).net;
  const found = priorBonds(tree);
  const top = Object.keys(tree.parts).at(-1)!;
  assert.equal(
    Object.keys(found),
    Object.keys(tree.parts).filter((part) => part !== top),
  );
  for (const [part, bond] of Object.entries(found)) assert.is(tree.parts[part]!.at(-1), bond);
});

test('every bond of every format has a part, and its components govern what is stored', () => {
  const nets: readonly Network[] = ['cp', 'tucker', 'tt', 'ttMatrix', 'tensorRing', 'ht', 'lowRank'].flatMap((name) => [
    layoutOf(
      name,
      [24, 35],
      [
        [4, 6],
        [5, 7],
      ],
    ).net,
    layoutOf(name, [6, 8, 3, 3], [[6], [8], [3], [3]]).net,
  ]);
  for (const net of nets) assert.equal(new Set(Object.values(priorBonds(net))), new Set(bondsOf(net)));
});

test.run();
