import fc from 'fast-check';
import { NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { add, full, scale } from '../../src/formats/algebra.ts';
import { formatNamed } from '../../src/formats/all.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { treeBounds } from '../../src/formats/layout.ts';
import { bondsOf, Factored, ranksOf, sizesOf } from '../../src/formats/network.ts';
import { orthogonalize, spectra, treeNorm } from '../../src/formats/orthogonalize.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import { round, rounded } from '../../src/formats/round.ts';
import { grad } from '../../src/ops/grad.ts';
import { tail } from '../../src/ops/linalg/chop.ts';
import { sumSquares } from '../../src/ops/reduce.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { distance, orthogonalityOf, size, type TreeSample, treeNames, treeOfSample, unitOf } from '../laws/tree.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('round');

const samples: fc.Arbitrary<TreeSample> = fc.record({
  name: fc.constantFrom(...treeNames),
  seed: fc.integer({ min: 0, max: 1e6 }),
  most: fc.integer({ min: 1, max: 5 }),
  dtype: fc.constantFrom('f32' as const, 'f64' as const),
});
/** Small ones, and large ones near which some tensor's error comes. */
const errors = fc.oneof(
  fc.constantFrom(0, 1e-12, 1e-6, 1e-2),
  fc.integer({ min: 10, max: 80 }).map((n) => n / 100),
);

/** 50 u d, in which d is the number of parts. */
const slackOf = (x: Factored, sample: TreeSample): number => 50 * unitOf(sample.dtype) * Object.keys(x.parts).length;

/** Singular values that fall by a factor of 1 / gap from one to the next, at every bond. */
function graded(sample: TreeSample, gap: number): Factored {
  const x = orthogonalize(treeOfSample(sample));
  const sizes = sizesOf(x);
  const bonds = bondsOf(x.net);
  const parts = Object.entries(x.parts).map(([name, part]) => {
    const labels = x.net.parts[name]!;
    const values = dataSync(part).map((v, k) => {
      let rest = k;
      let factor = 1;
      for (let axis = labels.length - 1; axis >= 0; axis--) {
        const n = sizes[labels[axis]!]!;
        if (bonds.includes(labels[axis]!)) factor *= Math.sqrt(gap) ** (rest % n);
        rest = Math.floor(rest / n);
      }
      return v * factor;
    });
    return [name, tensor(values, part.shape)];
  });
  return new Factored(x.format, x.net, x.axes, Object.fromEntries(parts));
}

test('stays within eps of the norm, and tells the true error', () => {
  holds(
    80,
    fc.property(samples, errors, (sample, eps) => {
      const x = treeOfSample(sample);
      const { x: y, error, norm } = rounded(x, { eps });
      const n = size(full(x));
      const slack = slackOf(x, sample) * n;
      const off = distance(full(x), full(y));
      assert.ok(off <= eps * n + slack, `${off} above ${eps * n}`);
      assert.ok(Math.abs(error - off) <= slack, `told ${error}, is ${off}`);
      assert.ok(Math.abs(norm - n) <= slack);
      assert.is(y.format, x.format);
      assert.equal(y.net, x.net);
      assert.equal(y.axes, x.axes);
    }),
  );
});

test('finds the ranks of x in x + x', () => {
  holds(
    60,
    fc.property(samples, (sample) => {
      const x = treeOfSample(sample);
      if (bondsOf(x.net).length === 0) return;
      const eps = sample.dtype === 'f64' ? 1e-10 : 1e-4;
      const once = ranksOf(round(x, { eps }));
      const twice = round(add(x, x), { eps });
      assert.equal(ranksOf(twice), once);
      assert.ok(distance(full(twice), full(scale(x, 2))) <= (2 * eps + 2 * slackOf(x, sample)) * size(full(x)));
    }),
  );
});

test('collapses x - x under an absolute tolerance, and keeps what is above it', () => {
  for (const name of treeNames) {
    const x = treeOfSample({ name, seed: 11, most: 3, dtype: 'f64' });
    if (bondsOf(x.net).length === 0) continue;
    const n = treeNorm(x);
    const gone = round(add(x, scale(orthogonalizeLike(x), -1)), { atol: 1e-12 * n });
    for (const r of Object.values(ranksOf(gone))) assert.is(r, 1);
    assert.ok(treeNorm(gone) <= 1e-12 * n);
    const { error } = rounded(x, { atol: 0.3 * n });
    assert.ok(error <= 0.3 * n);
    assert.equal(ranksOf(round(x, { atol: 0.3 * n, eps: 1e-9 })), ranksOf(round(x, { eps: 0.3 })));
  }
});

/** The same tensor with the same ranks under another gauge. */
function orthogonalizeLike(x: Factored): Factored {
  const bond = bondsOf(x.net)[0]!;
  const parts = Object.entries(x.parts).map(([name, part], k) => {
    const holds = x.net.parts[name]!.includes(bond);
    const first = Object.values(x.net.parts).findIndex((labels) => labels.includes(bond)) === k;
    return [
      name,
      holds
        ? tensor(
            dataSync(part).map((v) => (first ? v * 3 : v / 3)),
            part.shape,
          )
        : part,
    ];
  });
  return new Factored(x.format, x.net, x.axes, Object.fromEntries(parts));
}

test('keeps ranks when it rounds again, and never grows them as eps grows', () => {
  holds(
    40,
    fc.property(samples, errors, (sample, eps) => {
      const x = graded(sample, 1 / 64);
      const y = round(x, { eps });
      const again = round(y, { eps: eps / 2 });
      if (sample.dtype === 'f64' || eps > 1e-4) assert.equal(ranksOf(again), ranksOf(y));
      const fewer = ranksOf(round(x, { eps: 2 * eps }));
      for (const [bond, r] of Object.entries(ranksOf(y))) assert.ok(fewer[bond]! <= r);
      const same = round(y, { eps: 0 });
      assert.equal(ranksOf(same), ranksOf(y));
      assert.ok(distance(full(same), full(y)) <= slackOf(x, sample) * size(full(x)));
    }),
  );
});

test('keeps the bounds of ranks, and the center where it was asked for', () => {
  holds(
    40,
    fc.property(samples, fc.nat(), (sample, pick) => {
      const x = add2(treeOfSample({ ...sample, most: 7 }));
      const names = Object.keys(x.parts);
      const center = names[pick % names.length]!;
      const y = round(x, { eps: 0, center });
      const bounds = treeBounds(x.net, sizesOf(x));
      for (const [bond, r] of Object.entries(ranksOf(y))) assert.ok(r <= bounds[bond]!, `${bond}: ${r}`);
      const n = size(full(x));
      assert.ok(Math.abs(size(y.parts[center]!) - n) <= slackOf(x, sample) * n);
      for (const name of names) {
        if (name === center) continue;
        const toward = x.net.parts[name]!.filter((label) => bondsOf(x.net).includes(label));
        const off = Math.min(...toward.map((bond) => orthogonalityOf(y, name, bond)));
        assert.ok(off <= 30 * unitOf(sample.dtype) * names.length, `${name}: ${off}`);
      }
    }),
  );
});

const add2 = (x: Factored): Factored => (bondsOf(x.net).length === 0 ? x : add(x, x));

test('at given ranks the error lies between the greatest tail and the root of the sum of their squares', () => {
  holds(
    60,
    fc.property(samples, fc.integer({ min: 1, max: 3 }), (sample, most) => {
      const x = treeOfSample(sample);
      const bonds = bondsOf(x.net);
      const { x: y, error } = rounded(x, { maxRank: most });
      const tails = Object.values(spectra(x)).map((S) => tail(dataSync(S), most));
      const slack = slackOf(x, sample) * size(full(x));
      assert.ok(error >= Math.max(0, ...tails) - slack);
      assert.ok(error <= Math.sqrt(tails.reduce((sum, t) => sum + t * t, 0)) + slack);
      for (const r of Object.values(ranksOf(y))) assert.ok(r <= most);
      const list = round(x, { maxRank: bonds.map(() => most) });
      const named = round(x, { maxRank: Object.fromEntries(bonds.map((bond) => [bond, most])) });
      assert.equal(ranksOf(list), ranksOf(y));
      assert.equal(ranksOf(named), ranksOf(y));
      if (bonds.length > 0) assert.ok(ranksOf(round(x, { maxRank: { [bonds[0]!]: 1 } }))[bonds[0]!] === 1);
    }),
  );
});

test('gives the same bits whatever power of two the tensor is scaled by', () => {
  holds(
    30,
    fc.property(samples, fc.constantFrom(-1, 1), (sample, sign) => {
      const x = treeOfSample(sample);
      const factor = 2 ** (sign * (sample.dtype === 'f64' ? 400 : 60));
      const y = round(x, { eps: 0.1 });
      const z = round(scale(x, factor), { eps: 0.1 });
      const [head, ...rest] = centerFirst(y);
      for (const name of rest) assert.equal(dataSync(z.parts[name]!), dataSync(y.parts[name]!));
      assert.equal(
        dataSync(z.parts[head!]!),
        dataSync(y.parts[head!]!).map((v) => v * factor),
      );
    }),
  );
});

/** Names of the parts with the default center first. */
function centerFirst(x: Factored): string[] {
  const names = Object.keys(x.parts);
  const isStar = ['tucker', 'tucker2'].includes(x.format);
  const center = isStar ? names[0]! : names.at(-1)!;
  return [center, ...names.filter((name) => name !== center)];
}

test('takes zero to ranks 1, and refuses what it does not understand', () => {
  const x = treeOfSample({ name: 'ht', seed: 4, most: 3, dtype: 'f64' });
  for (const r of Object.values(ranksOf(round(scale(x, 0), { eps: 1e-3 })))) assert.is(r, 1);
  assert.is(rounded(scale(x, 0), { maxRank: 2 }).error, 0);
  throws(() => round(x, {}), RankError, /an eps, an atol or a maxRank/);
  throws(() => round(x, { eps: -1 }), RankError, /eps is an error >= 0; got -1/);
  throws(() => round(x, { atol: Number.NaN }), RankError, /atol is an error/);
  throws(() => round(x, { maxRank: 1.5 }), RankError, /got 1.5/);
  throws(() => round(x, { maxRank: [1, 2] }), RankError, /one for each bond; got 2 ranks; the bonds are/);
  throws(() => round(x, { maxRank: { r99: 2 } }), RankError, /'r99'/);
  throws(() => round(x, { maxRank: 'all' as unknown as number }), RankError, /got all/);
  throws(() => round(x, { eps: 1, center: 'nowhere' }), ShapeError, /'nowhere'/);
  throws(() => round(scale(x, Number.POSITIVE_INFINITY), { eps: 0.1 }), NonFiniteError, /round/);
  const format = formatNamed('tensorRing');
  const layout = format.layout([3, 4, 5].map((n) => ({ size: n, role: 'out' as const })));
  const ring = randomFactored('tensorRing', layout, resolveRanks(format, layout, 2), { std: 1, key: key(1) });
  throws(() => round(ring, { eps: 0.1 }), ShapeError, /round: .* got tensorRing, which has a circle/);
});

test('frees everything else, also inside a gradient, where its result is a constant', () => {
  const x = treeOfSample({ name: 'star', seed: 3, most: 4, dtype: 'f64' });
  leakFree(wasmBackend(), () => {
    round(x, { eps: 0.1 });
  });
  const part = x.parts.a!;
  const g = grad<Tensor>((a) => {
    const y = round(new Factored('mine', x.net, x.axes, { ...x.parts, a }), { eps: 0.1 });
    return sumSquares(y.parts.hub!);
  })(part);
  assert.ok(dataSync(g).every((v) => v === 0));
});

test.run();
