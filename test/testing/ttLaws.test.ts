/** The laws of tensor trains hold for rankwise, name what an implementation lacks, and fail for careless ones. */

import fc from 'fast-check';
import type { Decomposed } from '../../src/decompose/decomposed.ts';
import type { Factored } from '../../src/formats/network.ts';
import { type Dense, type TrainImpl, ttLaws } from '../../src/testing.ts';
import { wasmBackend } from '../support/backends.ts';
import { lawRuns } from '../support/lawRuns.ts';
import { ourTrains } from '../support/ourTrains.ts';
import { assert, suite } from '../support/test.ts';

const on = wasmBackend();

for (const dtype of ['f64', 'f32'] as const) {
  const test = suite(`tensor train laws ${dtype}`);
  const laws = ttLaws(ourTrains(on, dtype), { dtype });
  for (const { name, property } of laws) test(name, () => fc.assert(property, lawRuns(dtype)));
  test.run();
}

const test = suite('tensor train laws');
type Impl = TrainImpl<Factored, Factored>;
const ours = ourTrains(on, 'f64');

test('there are laws TT1 to TT24, in order', () => {
  const numbers = ttLaws(ours).map(({ id }) => Number.parseInt(id.slice(2), 10));
  assert.equal(
    [...new Set(numbers)],
    Array.from({ length: 24 }, (_, k) => k + 1),
  );
  assert.equal(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
});

test('a missing function leaves out the laws that need it, by name', () => {
  const skipped = new Map<string, readonly string[]>();
  const onSkip = (law: string, missing: readonly string[]): unknown => skipped.set(law.split(' ')[0]!, missing);
  const { round, error, ...rest } = ours;
  const left = ttLaws(rest, { onSkip }).map(({ id }) => id);
  assert.equal(Object.fromEntries(skipped), {
    ...{ TT2: ['error'], TT11: ['round'], TT12: ['round'], TT13: ['round'], TT16: ['round'] },
  });
  assert.is(left.length + skipped.size, ttLaws(ours).length);
  assert.equal(
    ttLaws({ fromCores: ours.fromCores, full: ours.full }, { onSkip: () => {} }).map(({ id }) => id),
    ['TT14', 'TT17'],
  );
});

test('methods of classes keep their object', () => {
  class Trains {
    #calls = 0;
    fromCores(cores: readonly Dense[]): Factored {
      this.#calls++;
      return ours.fromCores(cores);
    }
    full(x: Factored): Dense {
      return ours.full(x);
    }
    get calls(): number {
      return this.#calls;
    }
  }
  const mine = new Trains();
  for (const { property } of ttLaws(mine, { onSkip: () => {} })) fc.assert(property, { numRuns: 3, seed: 1 });
  assert.ok(mine.calls >= 9);
});

const off = (x: Factored): Factored => ours.scale(x, 1 + 1e-11);
const upset = (a: Dense): Dense => ({ shape: a.shape, values: a.values.map((v, k) => (k === 0 ? v + 1e-9 : v)) });

/** What careless functions return may have no report. */
const errorIfAny = (x: Factored): number => (x as Partial<Decomposed>).report?.error ?? 0;

/** For each law an implementation that breaks it. */
const wrong: Readonly<Record<string, Partial<Impl>>> = {
  TT1: { decompose: (a, cut) => ours.decompose(a, { eps: 1.5 * (cut.eps ?? 0) + 1e-9 }) },
  TT2: { error: (x) => ours.error(x) + 1e-10 },
  TT3: { decompose: (a, { rank }) => ours.decompose(a, { rank: rank!.map(() => 1) }) },
  TT4: { decompose: (a, cut) => ours.decompose(a, { eps: (cut.eps ?? 0) * 1e-5 }) },
  TT5: { decompose: (a, cut) => ours.orthogonalize(ours.decompose(a, cut), 0) },
  TT6: { add: (a, b) => off(ours.add(a, b)) },
  TT7a: { scale: (x, factor) => ours.scale(x, factor * (1 + 1e-11)) },
  TT7b: { hadamard: (a, b) => off(ours.hadamard(a, b)) },
  TT7c: { outer: (a, b) => ours.outer(b, a) },
  TT7d: { kron: (a, b) => ours.kron(b, a) },
  TT7e: { matvec: (A, x) => off(ours.matvec(A, x)) },
  TT7f: { matrixTranspose: (A) => A },
  TT8: { dot: (a, b) => ours.dot(a, b) * (1 + 1e-10) },
  TT9: { norm: (x) => ours.norm(x) * (1 + 1e-10) },
  TT10: { norm: (x) => Math.sqrt(Math.abs(ours.dot(x, x))) },
  TT11: { round: (x, cut) => ours.round(x, { eps: 3 * (cut.eps ?? 0) + 1e-9 }) },
  TT12: { round: (x) => x },
  TT13: {
    round: alternately(
      (x) => x,
      (x) =>
        ours.round(x, {
          rank: ours
            .cores(x)
            .slice(1)
            .map(() => 1),
        }),
    ),
  },
  TT14: {
    full: (x) => upset(ours.full(x)),
    fromCores: (cores) => ours.fromCores(cores.map((c, k) => (k === 0 && Math.abs(c.values[0]!) > 0.5 ? upset(c) : c))),
  },
  TT15: { orthogonalize: (x) => x },
  TT16: { round: (x) => x },
  TT17: { full: (x) => upset(ours.full(x)) },
  TT18a: { merge: (x, counts) => off(ours.merge(x, counts)) },
  TT18b: { permute: (x) => x },
  TT19a: { element: (x, index) => ours.element(x, index) + 1e-9 },
  TT19b: {
    gather: (x, indices) =>
      ours
        .gather(x, indices)
        .reverse()
        .map((v, k) => v + k * 1e-9),
  },
  TT19c: { slice: (x, ranges) => off(ours.slice(x, ranges)) },
  TT19d: { sum: (x) => ours.sum(x) + 1e-9 },
  TT19e: { sumOver: (x, modes) => off(ours.sumOver(x, modes)) },
  TT20: {
    decompose: (a, cut) => ours.decompose({ shape: a.shape, values: a.values.map((v) => v * 1.1 + 1e-30) }, cut),
  },
  TT21: {
    decompose: (a, { eps }) =>
      ours.decompose(a, {
        rank: ours
          .cores(ours.decompose(a, { eps: 0 }))
          .slice(1)
          .map((c) => Math.max(1, Math.floor(c.shape[0]! * (eps ?? 0)))),
      }),
  },
  TT22: {
    decompose: (a, cut) =>
      a.values.length === 0
        ? ours.decompose({ shape: [1], values: Float64Array.of(0) }, { eps: 0 })
        : ours.decompose(a, cut),
  },
  TT23: { parse: (bytes) => off(ours.parse(bytes)) },
  TT24: { decompose: alternately(ours.decompose, (a, cut) => ours.scale(ours.decompose(a, cut), 1 + 2 ** -40)) },
};

/** One function at every odd call, the other at every even one. */
function alternately<A extends unknown[], R>(odd: (...args: A) => R, even: (...args: A) => R): (...args: A) => R {
  let calls = 0;
  return (...args) => (calls++ % 2 === 0 ? odd : even)(...args);
}

test('each law fails for an implementation that breaks it', () => {
  assert.equal(
    Object.keys(wrong),
    ttLaws(ours).map(({ id }) => id),
  );
  for (const [id, change] of Object.entries(wrong)) {
    const law = ttLaws({ ...ours, error: errorIfAny, ...change }).find((each) => each.id === id)!;
    const details = fc.check(law.property, { seed: 5, numRuns: 60, endOnFailure: true }) as fc.RunDetails<unknown>;
    assert.ok(details.failed, law.name);
    const { message } = details.errorInstance as Error;
    assert.match(message, /above|became|differ|ranks|bits|numbers|scaled|size 0|modes/, `${law.name}: ${message}`);
  }
});

test.run();
