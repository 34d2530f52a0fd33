/** The allocator against all combinations of choices, and its promises at any size. */

import fc from 'fast-check';
import { FormatError, NonFiniteError, RankError } from '../../src/errors.ts';
import { allocate, type Candidate, formatTradeoff, fromSpectrum, tradeoff } from '../../src/select/index.ts';
import { tensor } from '../../src/tensor/create.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('allocate');

const choice = fc.record({
  rank: fc.integer({ min: 0, max: 9 }),
  loss: fc.integer({ min: 0, max: 40 }),
  params: fc.integer({ min: 0, max: 12 }),
  flops: fc.integer({ min: 0, max: 5 }),
  bytes: fc.constant(0),
});

const problem = (tensors: number, choices: number): fc.Arbitrary<Candidate[]> =>
  fc.array(
    fc.array(choice, { minLength: 1, maxLength: choices }).map((all) => ({ name: 'x', energy: 40, choices: all })),
    { minLength: 1, maxLength: tensors },
  );

/** The least loss within a budget over all combinations; Infinity where none is. */
function leastLoss(candidates: readonly Candidate[], limit: number): number {
  const [first, ...rest] = candidates;
  if (first === undefined) return limit >= 0 ? 0 : Number.POSITIVE_INFINITY;
  return Math.min(...first.choices.map(({ loss, params }) => loss + leastLoss(rest, limit - params)));
}

/** The least loss of mixtures of choices: the bound of linear programming, from hulls drawn by brute force. */
function leastMixed(candidates: readonly Candidate[], limit: number): number {
  // Lagrange duality: the greatest of min(loss + price cost) - price limit over prices, attained at a slope of two choices.
  const prices = new Set([0]);
  for (const { choices } of candidates) {
    for (const a of choices)
      for (const b of choices) if (a.params < b.params) prices.add((a.loss - b.loss) / (b.params - a.params));
  }
  const dual = (price: number): number =>
    candidates.reduce(
      (sum, { choices }) => sum + Math.min(...choices.map((c) => c.loss + price * c.params)),
      -price * limit,
    );
  return Math.max(...[...prices].filter((price) => price >= 0).map(dual));
}

const cheapest = (candidates: readonly Candidate[]): number =>
  candidates.reduce((sum, { choices }) => sum + Math.min(...choices.map(({ params }) => params)), 0);

test('stays within the budget and near the best of all combinations', () => {
  let atBest = 0;
  let all = 0;
  holds(
    300,
    fc.property(problem(4, 5), fc.integer({ min: 0, max: 40 }), (candidates, limit) => {
      if (limit < cheapest(candidates)) return throws(() => allocate(candidates, { maxParams: limit }), RankError);
      const { choices, cost, loss, error } = allocate(candidates, { maxParams: limit });
      assert.is(
        cost,
        choices.reduce((sum, { params }) => sum + params, 0),
      );
      assert.is(
        loss,
        choices.reduce((sum, found) => sum + found.loss, 0),
      );
      assert.ok(cost <= limit);
      candidates.forEach((candidate, k) => {
        assert.ok(candidate.choices.includes(choices[k]!));
      });
      const best = leastLoss(candidates, limit);
      // One step at most is missed: no more than the greatest loss of a choice.
      assert.ok(loss >= best && loss <= best + 40, `${loss} for ${best}`);
      assert.ok(Math.abs(error - Math.sqrt(loss / (40 * candidates.length))) < 1e-15);
      all++;
      if (loss === best) atBest++;
    }),
  );
  assert.ok(atBest > 0.8 * all, `the optimum in ${atBest} of ${all}`);
});

test('is optimal at every budget that the hulls reach', () => {
  let reached = 0;
  holds(
    150,
    fc.property(problem(4, 5), (candidates) => {
      for (let limit = cheapest(candidates); limit <= 48; limit++) {
        const { loss } = allocate(candidates, { maxParams: limit });
        const mixed = leastMixed(candidates, limit);
        assert.ok(loss >= mixed - 1e-9);
        // Where the bound of mixtures is that of some combination, the allocator has found one as good.
        if (Math.abs(leastLoss(candidates, limit) - mixed) < 1e-9 && isVertex(candidates, limit)) {
          assert.ok(Math.abs(loss - mixed) < 1e-9, `${loss} for ${mixed} at ${limit}`);
          reached++;
        }
      }
    }),
  );
  assert.ok(reached > 150, `${reached} budgets`);
});

/** Whether the bound of mixtures bends at a budget: there it is reached by choices, not by mixtures alone. */
function isVertex(candidates: readonly Candidate[], limit: number): boolean {
  const at = leastMixed(candidates, limit);
  const [before, after] = [leastMixed(candidates, limit - 0.5), leastMixed(candidates, limit + 0.5)];
  return before + after - 2 * at > 1e-9;
}

test('never loses more for a larger budget', () => {
  holds(
    200,
    fc.property(problem(5, 7), (candidates) => {
      let before = Number.POSITIVE_INFINITY;
      for (let limit = cheapest(candidates); limit <= 61; limit++) {
        const { loss } = allocate(candidates, { maxParams: limit });
        assert.ok(loss <= before, `${loss} after ${before} at ${limit}`);
        before = loss;
      }
    }),
  );
});

const spectra = [
  fromSpectrum('a', [8, 4, 2, 1], { params: 10, flops: 20, bytes: 40 }),
  fromSpectrum('b', tensor([6, 6, 0.5], undefined, 'f64'), { params: (r) => 6 * r + 1, flops: 3 }),
];

test('spends on the spectrum that needs it', () => {
  const ranks = (limit: number) => allocate(spectra, { maxParams: limit }).choices.map(({ rank }) => rank);
  assert.equal(ranks(17), [1, 1]);
  assert.equal(ranks(23), [1, 2]);
  assert.equal(ranks(33), [2, 2]);
  assert.equal(ranks(1000), [4, 3]);
  assert.is(allocate(spectra, { maxParams: 1000 }).error, 0);
  assert.is(allocate(spectra, { maxParams: 23 }).loss, 16 + 4 + 1 + 0.25);
  assert.equal(
    allocate(spectra, { maxFlops: 46 }).choices.map(({ rank }) => rank),
    [2, 2],
  );
  assert.equal(
    allocate(spectra, { maxBytes: 80 }).choices.map(({ rank }) => rank),
    [2, 3],
  );
});

test('weights, ranks on offer and dense forms decide as they say', () => {
  const s = [4, 3, 2, 1];
  const plain = fromSpectrum('plain', s, { params: 5 });
  const heavy = fromSpectrum('heavy', s, { params: 5, weight: 100 });
  assert.equal(
    allocate([plain, heavy], { maxParams: 25 }).choices.map(({ rank }) => rank),
    [1, 4],
  );
  const even = fromSpectrum('even', s, { params: 5, ranks: [0, 2, 4] });
  assert.equal(
    even.choices.map(({ rank, loss }) => [rank, loss]),
    [
      [0, 30],
      [2, 5],
      [4, 0],
    ],
  );
  assert.is(allocate([even], { maxParams: 9 }).choices[0]!.rank, 0);
  const full = fromSpectrum('full', s, { params: 5, dense: { params: 16 } });
  assert.is(allocate([full], { maxParams: 16 }).choices[0]!.rank, 'dense');
  assert.is(allocate([full], { maxParams: 15 }).choices[0]!.rank, 3);
});

test('takes thousands of choices', () => {
  const many = Array.from({ length: 200 }, (_, k) => {
    const s = Array.from({ length: 300 }, (__, r) => (1 + (k % 7)) / (1 + r));
    return fromSpectrum(`w${k}`, s, { params: 100 + k });
  });
  const { cost, choices } = allocate(many, { maxParams: 1_000_000 });
  assert.ok(cost <= 1_000_000 && cost > 1_000_000 - 300);
  // The price of an error is one for all: larger tensors get larger ranks.
  assert.ok((choices[6]!.rank as number) > 4 * (choices[0]!.rank as number));
});

test('trade-offs print as a table', () => {
  const rows = tradeoff(spectra, [{ maxParams: 5 }, { maxParams: 17 }, { maxParams: 33 }, { maxParams: 60 }]);
  assert.equal(
    rows.map(({ params, ranks }) => [params, ranks]),
    [
      [17, { a: 1, b: 1 }],
      [33, { a: 2, b: 2 }],
      [59, { a: 4, b: 3 }],
    ],
  );
  assert.is(
    formatTradeoff(rows),
    [
      'budget  params  flops  bytes    error  a  b',
      '    17      17     23     40  6.03e-1  1  1',
      '    33      33     46     80  1.83e-1  2  2',
      '    60      59     89    160  0.00e+0  4  3',
    ].join('\n'),
  );
  assert.is(formatTradeoff([]), 'budget  error');
});

test('what is no problem is refused', () => {
  throws(() => allocate(spectra, { maxParams: 16 }), RankError, /cheapest choices cost 17 params/);
  throws(() => allocate(spectra, {}), FormatError);
  throws(() => allocate(spectra, { maxParams: 1, maxBytes: 1 }), FormatError);
  throws(() => allocate(spectra, { maxParams: Number.NaN }), FormatError);
  throws(() => allocate(spectra, { maxTime: 3 } as never), FormatError);
  throws(() => allocate([{ name: 'x', energy: 1, choices: [] }], { maxParams: 1 }), RankError);
  throws(() => tradeoff([...spectra, ...spectra], [{ maxParams: 60 }]), FormatError, /'a' twice/);
  throws(() => fromSpectrum('x', [1], { params: 1.5 }), FormatError);
  throws(() => fromSpectrum('x', [1], { params: 1, ranks: [2] }), RankError);
  throws(() => fromSpectrum('x', [1], { params: 1, weight: -1 }), FormatError);
  throws(() => fromSpectrum('x', [1e200], { params: 1 }), NonFiniteError);
});

test.run();
