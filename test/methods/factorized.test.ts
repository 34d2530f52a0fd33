/** Laws of training in low-rank form from the start; spectral starts, Frobenius decay and rates against their formulas. */

import { full, norm } from '../../src/formats/algebra.ts';
import { formatNamed } from '../../src/formats/all.ts';
import type { Axis } from '../../src/formats/format.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { Factored, ranksOf } from '../../src/formats/network.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import { factorized, frobeniusDecay } from '../../src/methods/factorized.ts';
import { partRates, sizedFor } from '../../src/methods/factorizedRates.ts';
import { balanced, spectralStart } from '../../src/methods/factorizedStart.ts';
import { sitesOf } from '../../src/methods/sites.ts';
import { linear } from '../../src/nn/linear.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { mul, sub } from '../../src/ops/binary.ts';
import { grad } from '../../src/ops/grad.ts';
import { singularValues } from '../../src/ops/linalg/svd.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { normal } from '../../src/ops/random.ts';
import { sumSquares } from '../../src/ops/reduce.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { key } from '../../src/random.ts';
import { dataSync, item } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { train } from '../../src/train/train.ts';
import { advance, methodLaws } from '../laws/method.ts';
import { gradcheck } from '../support/gradcheck.ts';
import { sampleOf } from '../support/samples.ts';
import { adapted, convModel, someSettings, toyTask } from '../support/toys.ts';
import { assert, suite } from '../support/test.ts';

methodLaws('factorized', { settings: { plain: someSettings['plain sgd']!, adamw: someSettings.adamw! } });
methodLaws('factorized', {
  settings: { momentum: { ...someSettings['momentum and plateau']!, learningRate: 0.01 } },
  own: { rates: 'structure', init: 'fresh', decay: 'parts' },
});

const test = suite('factorized');

const axes: readonly Axis[] = [
  { size: 12, role: 'out' },
  { size: 20, role: 'in' },
];
const kernel: readonly Axis[] = [
  { size: 6, role: 'out' },
  { size: 8, role: 'in' },
  { size: 3, role: 'window' },
  { size: 3, role: 'window' },
];

function drawn(format: string, of: readonly Axis[], rank: number | readonly number[], seed = 1): Factored {
  const named = formatNamed(format);
  const layout = named.layout(of);
  return randomFactored(named.name, layout, resolveRanks(named, layout, rank), {
    std: 0.3,
    key: key(seed),
    dtype: 'f64',
  });
}

const near = (a: number, b: number, eps: number, what = ''): void =>
  assert.ok(Math.abs(a - b) <= eps * Math.max(1e-3, Math.abs(b)), `${what} ${a} and ${b}`);

test('a spectral start is a dense draw but for the energy of the singular values left out', () => {
  for (const [of, rank] of [
    [axes, 5],
    [kernel, 4],
  ] as const) {
    const x = drawn('lowRank', of, rank);
    const start = spectralStart(x, of, key(7))!;
    const std = item(norm(x)) / Math.sqrt(full(x).size);
    const W = normal(key(7), x.shape, { std, dtype: 'f64' });
    const s = dataSync(singularValues(reshape(W, [of[0]!.size, W.size / of[0]!.size])));
    const left = Array.from(s).reduce((sum, v, k) => (k < rank ? sum : sum + v * v), 0);
    near(item(sumSquares(sub(W, full(start)))), left, 1e-9);
    assert.equal(ranksOf(start), ranksOf(x));
    const [U, V] = [start.parts.left!, start.parts.right!];
    near(item(sumSquares(U)), item(sumSquares(V)), 1e-9, 'the factors share the singular values');
  }
});

test('every format has a spectral start of its own network and ranks, with parts of one norm', () => {
  for (const format of ['lowRank', 'cp', 'tucker', 'tt', 'ttMatrix', 'tensorRing', 'ht']) {
    for (const of of [axes, kernel]) {
      const x = drawn(format, of, 2);
      const start = spectralStart(x, of, key(3))!;
      assert.equal(start.net, x.net, format);
      assert.equal(start.axes, x.axes, format);
      // Splitting a ring shares the rank of the first cut between two bonds.
      if (format !== 'tensorRing') assert.equal(ranksOf(start), ranksOf(x), format);
      const norms = Object.values(start.parts).map((part) => Math.sqrt(item(sumSquares(part))));
      for (const n of norms) near(n, norms[0]!, 1e-9, format);
    }
  }
});

test('with rates by structure parts start at the sizes that these rates are for', () => {
  const x = drawn('lowRank', axes, 3);
  const start = sizedFor(x, axes, { rule: 'structure', ratio: 1, isAdaptive: true });
  near(item(sumSquares(sub(full(start), full(x)))), 0, 1e-12);
  const [U, V] = [start.parts.left!, start.parts.right!].map((part) => Math.sqrt(item(sumSquares(part))));
  // Orthonormal rows and columns times the root of f_out / f_in.
  near(U! / V!, Math.sqrt((3 * 12) / 3) / Math.sqrt((3 * 3) / 20), 1e-9);
  assert.is(sizedFor(x, axes, { rule: 'loraPlus', ratio: 16, isAdaptive: true }), x);
});

test('what starts at zero stays a start at zero', () => {
  const x = drawn('lowRank', axes, 3);
  const zero = new Factored(x.format, x.net, x.axes, { ...x.parts, left: mul(x.parts.left!, 0) });
  assert.is(spectralStart(zero, axes, key(1)), undefined);
  const task = toyTask(convModel(adapted));
  const fresh = task.model.init(key(1), '');
  const { params } = factorized().prepare!(task, fresh);
  assert.is(sitesOf(task.model, params).filter(({ node }) => node instanceof Factored).length, 2);
  assert.is(balanced(zero), zero);
});

test('Frobenius decay is half the squared norm of the whole weight, with the gradients of its factors', () => {
  const lambda = 0.3;
  const weight = (format: string) => () => drawn(format, axes, 3);
  for (const format of ['lowRank', 'cp', 'tucker', 'tt', 'ttMatrix', 'tensorRing', 'ht']) {
    const model = sequential({ fc: linear({ in: 20, out: 12, bias: false, weight: weight(format) }) });
    const x = drawn(format, axes, 3);
    near(
      item(frobeniusDecay(model, { fc: { weight: x } } as never, lambda)),
      (lambda / 2) * item(sumSquares(full(x))),
      1e-9,
    );
    const names = Object.keys(x.parts);
    gradcheck(
      (...parts) => {
        const weight = new Factored(x.format, x.net, x.axes, Object.fromEntries(names.map((n, k) => [n, parts[k]!])));
        return frobeniusDecay(model, { fc: { weight } } as never, lambda);
      },
      names.map((name) => sampleOf(x.parts[name]!)),
    );
    if (format !== 'lowRank') continue;
    const { left: U, right: V } = x.parts as { left: Tensor; right: Tensor };
    const slope = grad((parts: { left: Tensor; right: Tensor }) => {
      return frobeniusDecay(model, { fc: { weight: new Factored(x.format, x.net, x.axes, parts) } } as never, lambda);
    })({ left: U, right: V });
    // lambda U (V'V) with V = right'.
    const wanted = dataSync(matmul(U, matmul(V, transpose(V))));
    dataSync(slope.left).forEach((g: number, k: number) => near(g, lambda * wanted[k]!, 1e-9));
  }
});

test('with Frobenius decay the parts of a weight are not decayed, all else is', async () => {
  const decayed: string[] = [];
  const inner = sgd({ weightDecay: 0.1 });
  const optimizer: typeof inner = {
    ...inner,
    update: (leaves, gradients, state, hyper) => {
      for (const path of leaves.keys()) if (hyper.decays!(path)) decayed.push(path);
      return inner.update(leaves, gradients, state, hyper);
    },
  };
  const task = toyTask(convModel(), { maxSteps: 1 });
  for (const [frobenius, want] of [
    [0.1, 1],
    [undefined, 9],
  ] as const) {
    decayed.length = 0;
    const method = factorized({ optimizer, ...(frobenius === undefined ? {} : { frobenius }) });
    const training = train(task, { method });
    await advance(training);
    assert.is(decayed.length, want, decayed.join(' '));
    training.dispose();
  }
});

test('rates by structure are those of dense maps of the sizes of each part', () => {
  const adaptive = { rule: 'structure', ratio: 1, isAdaptive: true } as const;
  const plain = { ...adaptive, isAdaptive: false };
  const close = (got: Record<string, number>, want: Record<string, number>): void => {
    assert.equal(Object.keys(got).sort(), Object.keys(want).sort());
    for (const [name, factor] of Object.entries(want)) near(got[name]!, factor, 1e-12, name);
  };
  // W [12, 20]: right maps 20 to 3, left 3 to 12.
  close(partRates(drawn('lowRank', axes, 3), axes, adaptive), { right: 1, left: 20 / 3 });
  close(partRates(drawn('lowRank', axes, 3), axes, plain), { right: 3 / 20 / (12 / 20), left: 12 / 3 / (12 / 20) });
  // A kernel [6, 8, 3, 3]: 8 to 2 channels, 2 x 9 to 4, 4 to 6.
  close(partRates(drawn('tucker', kernel, [4, 2]), kernel, adaptive), {
    factor1: 72 / 8,
    core: 72 / 18,
    factor0: 72 / 4,
  });
  // The sum over the bond of a canonical polyadic form is in the part of the outputs.
  close(partRates(drawn('cp', kernel, 2), kernel, adaptive), {
    factor1: 72 / 8,
    factor2: 72 / 3,
    factor3: 72 / 3,
    factor0: 72 / 2,
  });
  const plus = partRates(drawn('lowRank', axes, 3), axes, { rule: 'loraPlus', ratio: 16, isAdaptive: true });
  close(plus, { right: 1, left: 16 });
});

test.run();
