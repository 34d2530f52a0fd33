/** The laws of Tucker decompositions hold for rankwise, name what is missing, and fail for careless implementations. */

import fc from 'fast-check';
import { convert } from '../../src/decompose/convert.ts';
import type { Real } from '../../src/dtype.ts';
import { full } from '../../src/formats/algebra.ts';
import type { Factored } from '../../src/formats/network.ts';
import { type Dense, type TuckerImpl, type TuckerParts, tuckerLaws } from '../../src/testing.ts';
import { wasmBackend } from '../support/backends.ts';
import { lawRuns } from '../support/lawRuns.ts';
import { leakFree } from '../support/leaks.ts';
import { assert, suite } from '../support/test.ts';
import { get, tuckersOn } from '../support/tuckers.ts';

const on = wasmBackend();

function ourTuckers(dtype: Real): Required<TuckerImpl<Factored>> {
  const { decompose, modeProduct } = tuckersOn(on, dtype);
  return {
    hosvd: (a, cut) => decompose(a, { method: 'hosvd', ...cut }),
    sthosvd: (a, cut) => decompose(a, { method: 'sthosvd', ...cut }),
    hooi: (a, cut) => decompose(a, { method: 'hooi', ...cut }),
    modeProduct,
    from: (x) => x,
    full: (x) => leakFree(on, () => get(full(x))),
    convert: (x, format) => leakFree(on, () => convert(x, format)),
  };
}

for (const dtype of ['f64', 'f32'] as const) {
  const test = suite(`Tucker laws ${dtype}`);
  const laws = tuckerLaws(ourTuckers(dtype), { dtype });
  for (const { name, property } of laws) test(name, () => fc.assert(property, lawRuns(dtype)));
  test.run();
}

const test = suite('Tucker laws');
const ours = ourTuckers('f64');

test('a missing function leaves out the laws that need it, by name', () => {
  const skipped: string[] = [];
  const { hooi, convert: none, ...rest } = ours;
  const left = tuckerLaws(rest, { onSkip: (law, missing) => skipped.push(`${law.split(' ')[0]} ${missing}`) });
  assert.equal(skipped, [
    'TK3c hooi',
    'TK5c hooi',
    'TK7 hooi',
    'TK8c hooi',
    'TK10 convert',
    'TK11c hooi',
    'TK13c hooi',
  ]);
  assert.is(left.length + skipped.length, tuckerLaws(ours).length);
});

const times = ({ shape, values }: Dense, by: number): Dense => ({ shape, values: values.map((v) => v * by) });
const off = (x: TuckerParts): TuckerParts => ({ ...x, core: times(x.core, 1 + 1e-9) });
const skewed = (x: TuckerParts): TuckerParts => ({
  ...x,
  ...{ core: times(x.core, 1 / 1.001), factors: x.factors.map((f, k) => (k === 0 ? times(f, 1.001) : f)) },
});
const ones = (rank: readonly number[] | undefined): { rank: number[] } => ({ rank: rank!.map(() => 1) });
let calls = 0;

/** For each law an implementation that breaks it. */
const wrong: Readonly<Record<string, TuckerImpl<Factored>>> = {
  TK1: { hosvd: (a, { rank }) => ours.hosvd(a, ones(rank)) },
  TK2: { sthosvd: (a, cut) => ({ ...ours.sthosvd(a, cut), error: ours.sthosvd(a, cut).error + 1e-9 }) },
  TK3a: { hosvd: (a, cut) => off(ours.hosvd(a, cut)) },
  TK3b: { sthosvd: (a, cut) => off(ours.sthosvd(a, cut)) },
  TK3c: { hooi: (a, cut) => off(ours.hooi(a, cut)) },
  TK4: { hosvd: (a, cut) => off(ours.hosvd(a, cut)) },
  TK5a: { hosvd: (a, cut) => skewed(ours.hosvd(a, cut)) },
  TK5b: { sthosvd: (a, cut) => skewed(ours.sthosvd(a, cut)) },
  TK5c: { hooi: (a, cut) => skewed(ours.hooi(a, cut)) },
  TK6: { modeProduct: (a, u, mode) => times(ours.modeProduct(a, u, mode), 1 + 1e-9) },
  TK7: { hooi: (a, { rank }) => ours.hooi(a, ones(rank)) },
  TK8a: { hosvd: (a, cut) => off(ours.hosvd(a, cut)) },
  TK8b: { sthosvd: (a, cut) => off(ours.sthosvd(a, cut)) },
  TK8c: { hooi: (a, cut) => off(ours.hooi(a, cut)) },
  TK9: { hosvd: (a, cut) => (calls++ % 2 === 0 ? ours.hosvd(a, cut) : off(ours.hosvd(a, cut))) },
  TK10: {
    convert: (x, format) => ours.convert(x, format === 'tt' ? 'tucker' : format),
    full: (x) => times(ours.full(x), x.format === 'cp' ? 1 + 1e-9 : 1),
  },
  TK11a: { hosvd: (a, { eps }) => ours.hosvd(a, { eps: 2 * eps! + 1e-9 }) },
  TK11b: { sthosvd: (a, { eps }) => ours.sthosvd(a, { eps: 2 * eps! + 1e-9 }) },
  TK11c: { hooi: (a, { eps }) => ours.hooi(a, { eps: 2 * eps! + 1e-9 }) },
  TK12: { hosvd: (a, { eps }) => ours.hosvd(a, { eps: eps! < 0.4 ? 0.9 : eps! }) },
  TK13a: { hosvd: (a, cut) => (calls++ % 2 === 0 ? ours.hosvd(a, cut) : off(ours.hosvd(a, cut))) },
  TK13b: { sthosvd: (a, cut) => (calls++ % 2 === 0 ? ours.sthosvd(a, cut) : off(ours.sthosvd(a, cut))) },
  TK13c: { hooi: (a, cut) => (calls++ % 2 === 0 ? ours.hooi(a, cut) : off(ours.hooi(a, cut))) },
};

test('each law fails for an implementation that breaks it', () => {
  assert.equal(
    Object.keys(wrong),
    tuckerLaws(ours).map(({ id }) => id),
  );
  for (const [id, change] of Object.entries(wrong)) {
    const law = tuckerLaws({ ...ours, ...change }).find((each) => each.id === id)!;
    const details = fc.check(law.property, { seed: 5, numRuns: 80, endOnFailure: true }) as fc.RunDetails<unknown>;
    assert.ok(details.failed, law.name);
    assert.match((details.errorInstance as Error).message, /above|differs/, law.name);
  }
});

test.run();
