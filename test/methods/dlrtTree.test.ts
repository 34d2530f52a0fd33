/** The algebra of dynamical low-rank training on every tree network: widening is exact, cutting keeps its error. */

import fc from 'fast-check';
import type { Real } from '../../src/dtype.ts';
import { matrixOf } from '../../src/formats/centered.ts';
import { Factored, ranksOf, sizesOf } from '../../src/formats/network.ts';
import { upwards } from '../../src/formats/treeNetwork.ts';
import { type Augmented, augmented } from '../../src/methods/dlrtAugment.ts';
import { cut, isMatrix, ranksWithin, spectraAt } from '../../src/methods/dlrtCut.ts';
import { tangentDirections } from '../../src/methods/dlrtTangent.ts';
import { orthonormal, type Rooted, rootedOf } from '../../src/methods/dlrtTree.ts';
import { contract } from '../../src/ops/einsum/einsum.ts';
import { qr } from '../../src/ops/linalg/qr.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { tensor, zeros } from '../../src/tensor/create.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { distance, modesTensor, orthogonalityOf, size, treeNames, treeOfSample, unitOf } from '../laws/tree.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('dlrt on trees');

interface Drawn {
  readonly node: Factored;
  readonly rooted: Rooted;
  readonly gradients: Readonly<Record<string, Tensor>>;
}

const drawn = fc.record({
  name: fc.constantFrom(...treeNames),
  seed: fc.integer(),
  most: fc.integer({ min: 1, max: 4 }),
  dtype: fc.constantFrom<Real>('f32', 'f64'),
});

/** A random tree with orthonormal bases, and gradients of its parts: any numbers, all zero for some parts. */
function draw(sample: Parameters<typeof treeOfSample>[0]): Drawn {
  const x = treeOfSample(sample);
  const rooted = rootedOf('test', x);
  const node = orthonormal({ path: '', node: x, rooted });
  const random = seeded(sample.seed + 1);
  const gradients = Object.entries(node.parts).map(([part, { shape, size: count, dtype }]): [string, Tensor] => {
    const scale = random() > 0.6 ? 0 : 1;
    const values = Float64Array.from({ length: count }, () => scale * random());
    return [part, tensor(values, shape, dtype)];
  });
  return { node, rooted, gradients: Object.fromEntries(gradients) };
}

/** Checks a law of random trees, each in a scope of its own. */
function holds(law: (drawn: Drawn, unit: number) => void): void {
  fc.assert(
    fc.property(drawn, (sample) => scope(() => law(draw(sample), unitOf(sample.dtype)))),
    { numRuns: 60 },
  );
}

const isOrthonormal = (node: Factored, { bases }: Rooted, unit: number): void => {
  for (const { part, up } of bases)
    assert.ok(orthogonalityOf(node, part, up.bond) < 60 * unit, `${node.format} ${part}`);
};

test('widening leaves the tensor as it is, and bases orthonormal', () => {
  holds(({ node, rooted, gradients }, unit) => {
    const wide = augmented(node, rooted, gradients).node;
    isOrthonormal(wide, rooted, unit);
    const before = modesTensor(node);
    assert.ok(distance(modesTensor(wide), before) <= 60 * unit * (size(before) + size(node.parts[rooted.center]!)));
    const [old, now] = [ranksOf(node), ranksOf(wide)];
    for (const { part, up } of rooted.bases) {
      const [before, after] = [old[up.bond]!, now[up.bond]!];
      assert.ok(before <= after && after <= Math.min(2 * before, wide.parts[part]!.size / after), up.bond);
    }
  });
});

/** The basis of all modes below a bond, as a matrix [modes, bond]. */
function basisBelow(node: Factored, rooted: Rooted, bond: string): Tensor {
  const at = rooted.bases.find(({ up }) => up.bond === bond)!;
  const names = [at.part, ...upwards(rooted.tree, at.part, at.up.to).map(({ part }) => part)];
  const operands = names.map((name) => ({ x: node.parts[name]!, labels: node.net.parts[name]! }));
  const open = node.net.open.filter((label) => operands.some(({ labels }) => labels.includes(label)));
  const basis = contract(operands, [...open, bond]);
  return matrixOf({ net: { open: [], parts: { basis: [...open, bond] } }, parts: { basis } }, 'basis', bond);
}

/** |(I - U U') x| for orthonormal columns U. */
function outside(U: Tensor, x: Tensor): number {
  return distance(matmul(U, matmul(transpose(U), x)), x);
}

test('wider bases hold the old ones, and every first-order change of them by the gradients of their parts', () => {
  holds(({ node, rooted, gradients }, unit) => {
    const wide = augmented(node, rooted, gradients).node;
    for (const { part, up } of rooted.bases) {
      const U = basisBelow(wide, rooted, up.bond);
      const old = basisBelow(node, rooted, up.bond);
      assert.ok(outside(U, old) < 100 * unit * size(old));
      const below = [part, ...upwards(rooted.tree, part, up.to).map((child) => child.part)];
      const changes = below.map((name) => {
        const parts = { ...node.parts, [name]: normalTo(node, rooted, name, gradients[name]!) };
        return basisBelow(new Factored(node.format, node.net, node.axes, parts), rooted, up.bond);
      });
      const total = changes.reduce((a, b) => add(a, b));
      assert.ok(outside(U, total) < 2000 * unit * (1 + size(total)), `${node.format} ${up.bond} ${outside(U, total)}`);
    }
  });
});

/** What of a gradient of a basis its columns do not hold. */
function normalTo(node: Factored, { bases }: Rooted, part: string, gradient: Tensor): Tensor {
  const { up } = bases.find((base) => base.part === part)!;
  const labels = node.net.parts[part]!;
  const other = labels.map((label) => (label === up.bond ? 'other' : label));
  const U = node.parts[part]!;
  const inner = contract(
    [
      { x: U, labels: other },
      { x: gradient, labels },
    ],
    ['other', up.bond],
  );
  const inside = contract(
    [
      { x: U, labels: other },
      { x: inner, labels: ['other', up.bond] },
    ],
    labels,
  );
  return add(gradient, mul(inside, -1));
}

test('the span of [U | dU] is that of [U | K - lr dK], whatever the rate', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0.01, max: 10, noNaN: true }),
      (seed, r, rate) =>
        scope(() => {
          const random = seeded(seed);
          const matrix = (m: number, n: number): Tensor =>
            tensor(
              Float64Array.from({ length: m * n }, () => random()),
              [m, n],
              'f64',
            );
          const { Q: U } = qr(matrix(12, r));
          // Far from singular, so that rounding does not decide.
          const S = add(
            matrix(r, r),
            tensor(
              Float64Array.from({ length: r * r }, (_, k) => (k % (r + 1) ? 0 : 3)),
              [r, r],
              'f64',
            ),
          );
          const dK = matrix(12, r);
          const net = { open: ['x', 'y'], parts: { core: ['p', 'q'], left: ['x', 'p'], right: ['y', 'q'] } };
          const { Q: V } = qr(matrix(12, r));
          const node = new Factored('user', net, [[0], [1]], { core: S, left: U, right: V });
          const wide = augmented(node, rootedOf('test', node), { left: matmul(dK, transpose(S)) }).node;
          assert.equal(wide.parts.left!.shape, [12, 2 * r]);
          const K = add(matmul(U, S), mul(dK, -rate));
          assert.ok(outside(wide.parts.left!, K) < 1e-12 * (1 + size(K)));
        }),
    ),
    { numRuns: 40 },
  );
});

test('directions in units of the tensor do not depend on the core', () => {
  holds(({ node, rooted }, unit) => {
    if (!isMatrix(node, rooted.center)) return;
    const S = node.parts[rooted.center]!;
    const [row, column] = node.net.parts[rooted.center] as [string, string];
    const { part } = rooted.bases.find(({ up }) => up.bond === row)!;
    const { values } = spectraAt(node, rooted).get(row)!;
    if (!(values.at(-1)! > 0.05 * values[0]!) || S.shape[0]! > S.shape[1]!) return;
    // dU = dK S' for a dK of our own; S has full row rank, so (S S')^-1 dU' is the least-squares dK.
    const random = seeded(7);
    const U = node.parts[part]!;
    const shape = node.net.parts[part]!.map((label, k) => (label === row ? S.shape[1]! : U.shape[k]!));
    const dK = tensor(
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random()),
      shape,
      S.dtype,
    );
    const renamed = node.net.parts[part]!.map((label) => (label === row ? column : label));
    const dU = contract(
      [
        { x: dK, labels: renamed },
        { x: S, labels: [row, column] },
      ],
      node.net.parts[part]!,
    );
    const found = tangentDirections(node, rooted, { [part]: dU })[part]!;
    const back = contract(
      [
        { x: found, labels: node.net.parts[part]! },
        { x: S, labels: [row, column] },
        { x: S, labels: ['other', column] },
      ],
      node.net.parts[part]!.map((label) => (label === row ? 'other' : label)),
    );
    assert.ok(distance(back, dU) < 1e5 * unit * (1 + size(dU)));
  });
});

test('a cut loses what its rules allow, at the least ranks of each bond, and leaves orthonormal bases', () => {
  for (const tau of [0, 0.03, 0.3, 0.8]) {
    holds(({ node, rooted, gradients }, unit) => {
      const wide: Augmented = augmented(node, rooted, gradients);
      const spectra = spectraAt(wide.node, rooted);
      const cuts = spectra.size - (isMatrix(wide.node, rooted.center) ? 1 : 0);
      const rules = { tau, absolute: false, least: () => 1, most: () => Number.POSITIVE_INFINITY };
      const ranks = ranksWithin(spectra, cuts, rules);
      const done = cut(wide.node, rooted, spectra, ranks).node;
      isOrthonormal(done, rooted, unit);
      const before = modesTensor(node);
      const error = distance(modesTensor(done), before);
      assert.ok(error <= tau * size(before) + 200 * unit * size(before), `${node.format}: ${error} of ${size(before)}`);
      const found = ranksOf(done);
      for (const [bond, r] of Object.entries(ranks)) {
        assert.ok(found[bond]! <= r);
        const { values } = spectra.get(bond)!;
        const tail = Math.sqrt(values.slice(r - 1).reduce((sum, s) => sum + s * s, 0));
        const norm = Math.sqrt(values.reduce((sum, s) => sum + s * s, 0));
        assert.ok(r === 1 || tau === 0 || tail > (tau * norm) / Math.sqrt(cuts), `${bond} could be lower than ${r}`);
      }
    });
  }
});

test('spectra are those of the unfoldings, and new axes of a center come from the old by the matrices of a cut', () => {
  holds(({ node, rooted }, unit) => {
    const spectra = spectraAt(node, rooted);
    const norm = size(modesTensor(node));
    for (const [bond, { values }] of spectra) {
      const total = Math.sqrt(values.reduce((sum, s) => sum + s * s, 0));
      assert.ok(Math.abs(total - norm) <= 100 * unit * (norm + size(node.parts[rooted.center]!)), bond);
    }
    const ranks = Object.fromEntries([...spectra].map(([bond, { values }]) => [bond, Math.max(1, values.length - 1)]));
    const { node: done, change } = cut(node, rooted, spectra, ranks);
    const labels = node.net.parts[rooted.center]!;
    const moved = change.reduce((x, { axis, from, to, matrix }) => {
      assert.equal(matrix!.shape, [from, to]);
      const out = labels.map((label, k) => (k === axis ? 'new' : label));
      return contract(
        [
          { x, labels },
          { x: matrix!, labels: [labels[axis]!, 'new'] },
        ],
        out,
      );
    }, node.parts[rooted.center]!);
    assert.ok(distance(moved, done.parts[rooted.center]!) <= 200 * unit * (1e-6 + size(node.parts[rooted.center]!)));
  });
});

test('directions that add nothing add no columns; of dependent ones only what is new is kept', () => {
  scope(() => {
    for (const dtype of ['f32', 'f64'] as const) {
      const net = { open: ['x', 'y'], parts: { core: ['p', 'q'], left: ['x', 'p'], right: ['y', 'q'] } };
      const eyes = (n: number, r: number, scale = 1): Tensor =>
        tensor(
          Float64Array.from({ length: n * r }, (_, k) => (Math.floor(k / r) === k % r ? scale : 0)),
          [n, r],
          dtype,
        );
      const node = new Factored('user', net, [[0], [1]], { core: eyes(3, 3), left: eyes(9, 3), right: eyes(5, 3) });
      const rooted = rootedOf('test', node);
      const widthOf = (left: Tensor): number => augmented(node, rooted, { left }).node.parts.left!.shape[1]!;
      assert.is(widthOf(zeros([9, 3], dtype)), 3);
      assert.is(widthOf(eyes(9, 3, 1e20)), 3);
      const row = (i: number, j: number, scale = 1): Tensor =>
        tensor(
          Float64Array.from({ length: 27 }, (_, k) => (k === 3 * i + j ? scale : 0)),
          [9, 3],
          dtype,
        );
      assert.is(widthOf(row(5, 1)), 4);
      assert.is(widthOf(add(row(5, 1), row(5, 2, -3))), 4);
      assert.is(widthOf(add(row(5, 1), row(6, 2, 1e-3))), 5);
      assert.is(widthOf(add(add(row(5, 0), row(6, 1)), row(7, 2))), 6);
      assert.is(sizesOf(node).p, 3);
    }
  });
});

test.run();
