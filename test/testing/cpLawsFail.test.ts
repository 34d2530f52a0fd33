/** The laws of CP decompositions name what an implementation lacks, and fail for careless ones. */

import fc from 'fast-check';
import type { Decomposed } from '../../src/decompose/decomposed.ts';
import type { Factored } from '../../src/formats/network.ts';
import { type CpImpl, cpLaws, type Dense } from '../../src/testing.ts';
import { wasmBackend } from '../support/backends.ts';
import { ourCp } from '../support/ourCp.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('CP laws');
const ours = ourCp(wasmBackend(), 'f64');

test('a missing function leaves out the laws that need it, by name', () => {
  const skipped: string[] = [];
  const { gradient, match, ...rest } = ours;
  const left = cpLaws(rest, { onSkip: (law, missing) => skipped.push(`${law.split(' ')[0]} ${missing}`) });
  assert.equal(skipped, ['CP4a match', 'CP4b match', 'CP7 gradient']);
  assert.is(left.length + skipped.length, cpLaws(ours).length);
});

const times = ({ shape, values }: Dense, by: number): Dense => ({ shape, values: values.map((v) => v * by) });
const off = (x: Factored): Factored =>
  ours.fromFactors(ours.factors(x).map((f, k) => (k === 0 ? times(f, 1 + 1e-8) : f)));
const bad = (x: Factored): Factored => ours.fromFactors(ours.factors(x).map((f) => times(f, Number.NaN)));
const none: Pick<CpImpl<Factored>, 'error' | 'history' | 'warnings'> = {
  error: (x) => (x as Partial<Decomposed>).report?.error ?? 0,
  history: (x) => (x as Partial<Decomposed>).report?.history ?? [],
  warnings: (x) => (x as Partial<Decomposed>).report?.warnings ?? [],
};
let calls = 0;

/** For each law an implementation that breaks it. */
const wrong: Readonly<Record<string, CpImpl<Factored>>> = {
  CP1: { history: (x) => [...ours.history(x), ours.error(x) + 1e-9] },
  CP2a: { error: (x) => ours.error(x) + 1e-9 },
  CP2b: { error: (x) => Math.max(ours.error(x), 1e-8) },
  CP3: {
    normalize: (x) => ({
      weights: ours
        .factors(x)[0]!
        .shape.slice(1)
        .map(() => 1),
      factors: ours.factors(x),
    }),
  },
  CP4a: { decompose: (a, ask) => ours.decompose(a, { ...ask, restarts: 1, sweeps: 1 }) },
  CP4b: { decompose: (a, ask) => ours.decompose(a, { ...ask, restarts: 1, sweeps: 1 }) },
  CP5: { warnings: () => [] },
  CP6a: { mttkrp: (a, factors, mode) => times(ours.mttkrp(a, factors, mode), 1 + 1e-9) },
  CP6b: { khatriRao: (factors) => ours.khatriRao([...factors].reverse()) },
  CP7: { gradient: (a, factors) => ours.gradient(a, factors).map((g) => times(g, 0.5)) },
  CP8: { ...none, decompose: (a, ask) => bad(ours.decompose(a, ask)) },
  CP9: { ...none, decompose: (a, ask) => off(ours.decompose(a, ask)) },
  CP10: { decompose: (a, { nonnegative, ...ask }) => ours.decompose(a, { ...ask, nonnegative: nonnegative && false }) },
  CP11: { decompose: (a, ask) => ours.decompose(a, { ...ask, ridge: 1e-3 }) },
  CP12: { ...none, decompose: (a, ask) => (calls++ % 2 === 0 ? ours.decompose(a, ask) : off(ours.decompose(a, ask))) },
  CP13: { ...none, decompose: (a, ask) => (calls++ % 2 === 0 ? ours.decompose(a, ask) : off(ours.decompose(a, ask))) },
};

test('each law fails for an implementation that breaks it', () => {
  assert.equal(
    Object.keys(wrong),
    cpLaws(ours).map(({ id }) => id),
  );
  for (const [id, change] of Object.entries(wrong)) {
    const law = cpLaws({ ...ours, ...change }).find((each) => each.id === id)!;
    const details = fc.check(law.property, { seed: 5, numRuns: 30, endOnFailure: true }) as fc.RunDetails<unknown>;
    assert.ok(details.failed, law.name);
    assert.match((details.errorInstance as Error).message, /above|differs|is|warning|finite/, law.name);
  }
});

test.run();
