import { full } from '../../src/formats/algebra.ts';
import { lowRankWeight } from '../../src/formats/make.ts';
import { Factored, sizesOf } from '../../src/formats/network.ts';
import { balance } from '../../src/methods/bayesBalance.ts';
import { entriesByBond, priorBonds } from '../../src/methods/bayesBonds.ts';
import {
  type ByBond,
  type Deviations,
  divergence,
  drawn,
  energies,
  freshDeviations,
  meansOf,
  updatedVariances,
  withDeviations,
} from '../../src/methods/bayesPosterior.ts';
import { cut, survivors } from '../../src/methods/bayesPrune.ts';
import { linear } from '../../src/nn/linear.ts';
import type { Params } from '../../src/nn/module.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { mul, sub } from '../../src/ops/binary.ts';
import { cast } from '../../src/ops/cast.ts';
import { vjp } from '../../src/ops/grad.ts';
import { sumSquares } from '../../src/ops/reduce.ts';
import { key } from '../../src/random.ts';
import { ones, tensor } from '../../src/tensor/create.ts';
import { dataSync, item } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { gradcheck } from '../support/gradcheck.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('posteriors of parts');

const formats = ['cp', 'tucker', 'tt', 'ttMatrix', 'tensorRing', 'ht', 'lowRank'];

function weightOf(format: string, seed = 1): Factored {
  const axes = [
    { size: 12, role: 'out' as const },
    { size: 20, role: 'in' as const },
  ];
  const made = lowRankWeight({
    format,
    rank: 2,
    ...(format === 'lowRank'
      ? {}
      : {
          fold: [
            [3, 4],
            [4, 5],
          ],
        }),
  })({
    axes,
    std: 0.3,
    key: key(seed),
    path: 'w',
  }) as Factored;
  const parts = Object.entries(made.parts).map(([part, x]) => [part, cast(x, 'f64')]);
  return new Factored(made.format, made.net, made.axes, Object.fromEntries(parts) as Record<string, Tensor>);
}

/** Some positive variances. */
function variancesOf(node: Factored): ByBond {
  const next = seeded(7);
  const sizes = sizesOf(node);
  return Object.fromEntries(
    Object.keys(entriesByBond(node.net, sizes)).map((bond) => [
      bond,
      tensor(Float64Array.from({ length: sizes[bond]! }, () => 0.2 + Math.abs(next()))),
    ]),
  );
}

/** A part's entries with the variance of each. */
function* entriesOf(node: Factored, part: string, variances: ByBond): Generator<[index: number, variance: number]> {
  const bond = priorBonds(node.net)[part]!;
  const axis = node.net.parts[part]!.indexOf(bond);
  const { shape, size } = node.parts[part]!;
  const stride = shape.slice(axis + 1).reduce((n, m) => n * m, 1);
  const values = dataSync(variances[bond]!);
  for (let k = 0; k < size; k++) yield [k, values[Math.floor(k / stride) % shape[axis]!]!];
}

for (const format of formats) {
  test(`${format}: the divergence is that of Gaussians, entry by entry`, () => {
    const node = weightOf(format);
    const variances = variancesOf(node);
    const deviations = freshDeviations({ path: 'w', node }, 0.4);
    let [kl, energy] = [0, 0];
    for (const part of Object.keys(priorBonds(node.net))) {
      const [mu, rho] = [dataSync(node.parts[part]!), dataSync(deviations[part]!)];
      for (const [k, v] of entriesOf(node, part, variances)) {
        const s = Math.exp(2 * rho[k]!);
        kl += (s / v + mu[k]! ** 2 / v - 1 - Math.log(s / v)) / 2;
        energy += mu[k]! ** 2 / v / 2;
      }
    }
    assert.ok(Math.abs(item(divergence(node, variances, deviations)) - kl) < 1e-10 * Math.abs(kl));
    assert.ok(Math.abs(item(divergence(node, variances)) - energy) < 1e-10 * energy);
  });

  test(`${format}: its gradient at the means is mu / lambda, and zero at what has no prior`, () => {
    const node = weightOf(format);
    const variances = variancesOf(node);
    const names = Object.keys(node.parts);
    const at = (...parts: Tensor[]): Tensor =>
      divergence(
        new Factored(node.format, node.net, node.axes, Object.fromEntries(names.map((n, k) => [n, parts[k]!]))),
        variances,
      );
    const { gradients } = vjp(at, Object.values(node.parts), ones([], 'f64'));
    names.forEach((part, k) => {
      const [g, mu] = [dataSync(gradients[k]!), dataSync(node.parts[part]!)];
      if (priorBonds(node.net)[part] === undefined) {
        assert.ok(g.every((x: number) => x === 0));
        return;
      }
      for (const [i, v] of entriesOf(node, part, variances)) assert.ok(Math.abs(g[i]! - mu[i]! / v) < 1e-12);
    });
  });

  test(`${format}: cutting components takes just those from the full tensor`, () => {
    const node = weightOf(format);
    const variances = variancesOf(node);
    const bond = Object.keys(variances)[0]!;
    // The first component is made to vanish, so the cut must leave the tensor as it is.
    const mask = tensor(Float64Array.from([0, 1]));
    const parts = Object.entries(node.net.parts).map(([part, labels]) => {
      const x = node.parts[part]!;
      const shape = labels.map((label) => (label === bond ? 2 : 1));
      return [part, labels.includes(bond) ? mul(x, tensor(dataSync(mask), shape)) : x];
    });
    const zeroed = new Factored(node.format, node.net, node.axes, Object.fromEntries(parts) as Record<string, Tensor>);
    const small = cut(
      { node: zeroed, variances, deviations: freshDeviations({ path: 'w', node }, 0.1) },
      { [bond]: [1] },
    );
    assert.is(sizesOf(small.node)[bond], 1);
    same(full(small.node), full(zeroed));
    assert.equal([...dataSync(small.variances[bond]!)], [dataSync(variances[bond]!)[1]]);
    for (const [part, rho] of Object.entries(small.deviations!)) assert.equal(rho.shape, small.node.parts[part]!.shape);
    const whole = node.count;
    assert.ok(small.node.count < whole);
  });

  test(`${format}: balanced parts have one size, and the full tensor stays`, () => {
    const node = weightOf(format);
    const uneven = Object.entries(node.parts).map(([part, x], k) => [part, mul(x, k % 2 === 0 ? 10 : 0.1)]);
    const before = new Factored(node.format, node.net, node.axes, Object.fromEntries(uneven) as Record<string, Tensor>);
    const factors = balance(before)!;
    const even = Object.entries(before.parts).map(([part, x]) => [part, mul(x, factors[part]!)]);
    const after = new Factored(node.format, node.net, node.axes, Object.fromEntries(even) as Record<string, Tensor>);
    const sizes = Object.values(after.parts).map((x) => Math.sqrt(item(sumSquares(x)) / x.size));
    for (const size of sizes) assert.ok(Math.abs(size / sizes[0]! - 1) < 1e-12);
    same(full(after), full(before));
  });
}

/** Equal up to rounding of f64. */
function same(a: Tensor, b: Tensor): void {
  const want = dataSync(b);
  dataSync(a).forEach((x: number, k: number) =>
    assert.ok(Math.abs(x - want[k]!) < 1e-12 * (1 + Math.abs(want[k]!)), `${x} for ${want[k]}`),
  );
}

test('the gradient of the divergence is that of differences, for means and deviations', () => {
  const node = weightOf('tt');
  const variances = variancesOf(node);
  const deviations = freshDeviations({ path: 'w', node }, 0.4);
  const names = Object.keys(node.parts);
  const samples = [...Object.values(node.parts), ...Object.values(deviations)].map((x) => ({
    shape: x.shape,
    values: [...dataSync(x)],
  }));
  gradcheck((...xs) => {
    const parts = Object.fromEntries(names.map((n, k) => [n, xs[k]!]));
    const rho: Deviations = Object.fromEntries(names.map((n, k) => [n, xs[names.length + k]!]));
    return divergence(new Factored(node.format, node.net, node.axes, parts), variances, rho);
  }, samples);
});

test('variances are the closed form of the sums over their slices, and damping goes part of the way', () => {
  const node = weightOf('ttMatrix');
  const entries = entriesByBond(node.net, sizesOf(node));
  const sums = dataSync(energies(node).r1!);
  const now = dataSync(updatedVariances({ kind: 'logUniform' }, node, { entries, damping: 1 }).r1!);
  sums.forEach((m: number, r: number) => assert.ok(Math.abs(now[r]! - m / (entries.r1! + 1)) < 1e-15));
  const before = { r1: tensor(Float64Array.from([1, 2])) };
  const part = dataSync(updatedVariances({ kind: 'logUniform' }, node, { before, entries, damping: 0.25 }).r1!);
  now.forEach((best: number, r: number) => assert.ok(Math.abs(part[r]! - (0.75 * (r + 1) + 0.25 * best)) < 1e-15));
});

test('components at most the threshold go, the greatest stays whatever it is', () => {
  const variances = {
    a: tensor([3, 1e-6, 2, 1e-5]),
    b: tensor([1, 1]),
    c: tensor([1e-9, 3e-9, 2e-9]),
    d: tensor([1e-9]),
  };
  assert.equal(survivors(variances, 1e-5), { a: [0, 2], c: [1] });
});

test('samples scatter around the means as their deviations say, by key alone', () => {
  const model = sequential({
    fc: linear({
      in: 20,
      out: 12,
      weight: lowRankWeight({
        format: 'tt',
        rank: 2,
        fold: [
          [3, 4],
          [4, 5],
        ],
      }),
    }),
  });
  const means = model.init(key(3), '');
  const node = (means as unknown as { fc: { weight: Factored } }).fc.weight;
  const deviations = freshDeviations({ path: 'fc.weight', node }, 0.5);
  const params = withDeviations(means, new Map([['fc.weight', deviations]]));
  const coreOf = (p: Params): Tensor => (p as unknown as { fc: { weight: Factored } }).fc.weight.parts.core1!;
  const [again, same] = [drawn(model, params, [], key(9)), drawn(model, params, [], key(9))];
  assert.equal([...dataSync(coreOf(again))], [...dataSync(coreOf(same))]);
  assert.equal([...dataSync(coreOf(meansOf(params)))], [...dataSync(node.parts.core1!)]);
  let [first, second, count] = [0, 0, 0];
  for (let k = 0; k < 200; k++) {
    for (const e of dataSync(sub(coreOf(drawn(model, params, [], key(k))), node.parts.core1!))) {
      first += e;
      second += e * e;
      count++;
    }
  }
  const deviation = Math.exp(dataSync(deviations.core1!)[0]!);
  assert.ok(Math.abs(first / count) < (5 * deviation) / Math.sqrt(count));
  assert.ok(Math.abs(second / count / deviation ** 2 - 1) < 5 * Math.sqrt(2 / count));
});

test.run();
