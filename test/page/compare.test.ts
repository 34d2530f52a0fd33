/** What the report of a comparison computes: groups, fronts, scales, places of names, sentences, and its data's thrift. */

import fc from 'fast-check';
import { factsOf } from '../../src/page/browser/compare/facts.ts';
import { bestOf, frontOf, groupsOf, measure, ranksOf, statOf } from '../../src/page/browser/compare/groups.ts';
import { bandsOf, describe, viridis } from '../../src/page/browser/compare/heat.ts';
import { looksOf } from '../../src/page/browser/compare/looks.ts';
import { placed } from '../../src/page/browser/compare/places.ts';
import { lacking, linear, logarithmic, padded } from '../../src/page/browser/compare/scale.ts';
import { counted, mebibytes, percentOf, short, time } from '../../src/page/browser/compare/show.ts';
import { weightsOf } from '../../src/page/browser/compare/stairs.ts';
import type { CompareData, CompareRun } from '../../src/page/compareData.ts';
import { slim, whole } from '../../src/page/slim.ts';
import { comparison, PLANS, WEIGHTS } from '../support/comparisons.ts';
import { cases } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

const run = (label: string, more: Partial<CompareRun> = {}): CompareRun => ({
  ...comparison({ plans: PLANS.slice(0, 1), seeds: 1, epochs: 1 }).runs[0]!,
  label,
  method: label,
  ...more,
});

test('means and sample deviations; what is not known does not count', () => {
  assert.equal(statOf([1, 2, 3, 4]), { mean: 2.5, spread: Math.sqrt(5 / 3), count: 4 });
  assert.equal(statOf([7]), { mean: 7, spread: 0, count: 1 });
  assert.equal(statOf([undefined, null, Number.NaN, 3]), { mean: 3, spread: 0, count: 1 });
  assert.ok(Number.isNaN(statOf([]).mean));
});

test('runs of a label are one group by seed, methods before controls', () => {
  const runs = [
    run('dense', { isControl: true, seed: 2 }),
    run('b', { seed: 3 }),
    run('dense', { isControl: true, seed: 1 }),
    run('b', { seed: 1 }),
    run('a'),
  ];
  const groups = groupsOf(runs);
  assert.equal(
    groups.map(({ label, runs: own }) => [label, own.map(({ seed }) => seed)]),
    [
      ['b', [1, 3]],
      ['a', [1]],
      ['dense', [1, 2]],
    ],
  );
});

test('a point is on the front exactly if no other is as good in one way and better in the other', () => {
  const coordinate = fc.integer({ min: 0, max: 8 });
  fc.assert(
    fc.property(fc.array(fc.record({ x: coordinate, y: coordinate }), { maxLength: 12 }), (points) => {
      const front = frontOf(points);
      for (const [k, { x, y }] of points.entries()) {
        const beaten = points.some((p) => (p.x < x && p.y >= y) || (p.x <= x && p.y > y));
        const same = front.some((j) => points[j]!.x === x && points[j]!.y === y);
        assert.is(same, !beaten, `point ${k}`);
      }
      const places = front.map((k) => points[k]!);
      assert.ok(places.every(({ x, y }, k) => k === 0 || (x > places[k - 1]!.x && y > places[k - 1]!.y)));
    }),
    cases(300),
  );
  assert.equal(
    frontOf([
      { x: Number.NaN, y: 1 },
      { x: 1, y: Number.NaN },
    ]),
    [],
  );
});

test('ranks over seeds: one number where they agree', () => {
  const ranks = [4, 6].map((r) => ({ w: { left: r, right: 3 } }));
  const [group] = groupsOf(ranks.map((one, k) => run('a', { seed: k, ranks: one })));
  assert.equal(ranksOf(group!), [{ path: 'w', text: '4–6 3' }]);
});

test('linear axes have round ticks inside, at their values', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      (least, length) => {
        const { at, ticks } = linear(least, least + length);
        assert.ok(ticks.length >= 2 && ticks.length <= 8, `${ticks.length} ticks`);
        assert.ok(ticks.every((tick) => tick.at > -1e-6 && tick.at < 1 + 1e-6));
        assert.ok(Math.abs(at(least + length / 2) - 0.5) < 1e-6);
      },
    ),
    cases(300),
  );
  assert.equal(
    linear(0, 10).ticks.map(({ text }) => text),
    ['0', '2', '4', '6', '8', '10'],
  );
  assert.equal(linear(3, 3).ticks[0]!.at, 0);
  assert.equal(linear(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY).ticks, []);
});

test('logarithmic axes: halves at geometric means, ticks inside, some of them named', () => {
  fc.assert(
    fc.property(fc.integer({ min: -9, max: 12 }), fc.double({ min: 1.02, max: 1e9, noNaN: true }), (power, factor) => {
      const least = 1.3 * 10 ** power;
      const { at, ticks } = logarithmic(least, least * factor);
      assert.ok(Math.abs(at(least * Math.sqrt(factor)) - 0.5) < 1e-6);
      assert.ok(ticks.length > 0 && ticks.every((tick) => tick.at > -1e-6 && tick.at < 1 + 1e-6));
      assert.ok(ticks.some(({ text }) => text !== ''));
    }),
    cases(300),
  );
  const named = logarithmic(1, 1000).ticks.filter(({ text }) => text !== '');
  assert.equal(
    named.map(({ text }) => text),
    ['1', '10', '100', '1000'],
  );
  assert.equal(
    logarithmic(40, 300, time, [30, 60, 120, 600]).ticks.map(({ text }) => text),
    ['1 min', '2 min'],
  );
  assert.equal(
    logarithmic(41, 49).ticks.map(({ text }) => text),
    ['42', '44', '46', '48'],
  );
});

test('stretched accuracies: each halving of the error takes the same room, and nothing is beyond the best', () => {
  const { at, ticks } = lacking(0.5, 0.992, 0.008, percentOf);
  assert.ok(Math.abs(at(0.9) - at(0.8) - (at(0.95) - at(0.9))) < 1e-12);
  assert.equal([at(0.5), at(0.992), at(1)], [0, 1, 1]);
  assert.equal(
    ticks.map(({ text }) => text),
    ['50.00 %', '80.00 %', '90.00 %', '95.00 %', '98.00 %', '99.00 %'],
  );
});

test('room around values, of one value and of none', () => {
  assert.equal(padded([0, 10], 0.1), [-1, 11]);
  assert.equal(padded([], 0.1), [0, 1]);
  assert.equal(padded([0, Number.NaN], 0.1, true), [1, 10]);
  const [least, most] = padded([5], 0.1, true);
  assert.ok(least < 5 && most > 5);
});

test('names of points lie on no name and no point, and inside', () => {
  const room = { left: 0, top: 0, right: 500, bottom: 300 };
  const point = fc.record({
    x: fc.integer({ min: 0, max: 500 }),
    y: fc.integer({ min: 0, max: 300 }),
    width: fc.integer({ min: 20, max: 160 }),
  });
  fc.assert(
    fc.property(fc.array(point, { maxLength: 20 }), (points) => {
      const spots = placed(points, 14, room).flatMap((spot) => spot ?? []);
      for (const [k, a] of spots.entries()) {
        assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= 500 && a.y + a.height <= 300);
        for (const b of spots.slice(k + 1)) {
          const apart = a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height || b.y >= a.y + a.height;
          assert.ok(apart, 'two names overlap');
        }
        const covered = points.some(({ x, y }) => x > a.x && x < a.x + a.width && y > a.y && y < a.y + a.height);
        assert.not(covered, 'a name covers a point');
      }
    }),
    cases(200),
  );
  assert.ok(placed([{ x: 100, y: 100, width: 60 }], 14, room)[0] !== undefined);
});

test('numbers for readers', () => {
  assert.equal([0, 999, 1000, 12_345, 999_600, 4_248_739_968].map(counted), ['0', '999', '1k', '12.3k', '1M', '4.25G']);
  assert.equal([0.84, 59.6, 185, 7440].map(time), ['0.84 s', '1 min', '3 min 5 s', '2 h 4 min']);
  assert.equal([percentOf(0.98765), percentOf(Number.NaN), mebibytes(1.5 * 2 ** 20)], ['98.77 %', '–', '1.5 MiB']);
  assert.equal([0, 1.2345, 0.00012, 54_321].map(short), ['0', '1.23', '1.2e-4', '54.3k']);
});

test('looks: no two labels alike, controls grey and hollow', () => {
  const groups = groupsOf(comparison({ epochs: 1 }).runs);
  const looks = looksOf(groups);
  const seen = new Set([...looks.values()].map((look) => JSON.stringify(look)));
  assert.is(seen.size, groups.length);
  for (const { label, isControl } of groups) {
    assert.is(looks.get(label)!.hollow, isControl);
    assert.is(looks.get(label)!.color === '--control', isControl);
  }
  const many = groupsOf(Array.from({ length: 20 }, (_, k) => run(`m${k}`)));
  assert.is(new Set([...looksOf(many).values()].map((look) => JSON.stringify(look))).size, 20);
});

test('sentences: the smallest and quickest within a point, beside the strongest rival that stores no more', () => {
  const made = [
    run('dense', { isControl: true, testAccuracy: 0.95, parameters: 1000, compression: 1, seconds: 100 }),
    run('narrow', { isControl: true, testAccuracy: 0.943, parameters: 100, compression: 10, seconds: 20 }),
    run('small', { testAccuracy: 0.941, parameters: 50, compression: 20, seconds: 300 }),
    run('same', { testAccuracy: 0.935, parameters: 100, compression: 10, seconds: 30 }),
    run('bad', { testAccuracy: 0.5, parameters: 1, compression: 1000, seconds: 1 }),
  ];
  const facts = factsOf(groupsOf(made));
  assert.equal(
    facts.map(({ label, value }) => [label, value]),
    [
      ['dense', '95.00 %'],
      ['small', '50 parameters'],
      ['narrow', '20 s'],
      ['', '2 of 4 are methods'],
    ],
  );
  assert.match(facts[1]!.text, /^20\.0x smaller than dense\. No control stores as little\.$/);
  const without = factsOf(groupsOf(made.filter(({ label }) => label !== 'small')));
  assert.is(without[1]!.label, 'narrow');
  assert.match(without[1]!.text, /0\.80 points above same, the best method that stores no more/);
  assert.equal(factsOf([]), []);
  assert.is(factsOf(groupsOf(made.slice(2, 3))).length, 3);
});

test('the front of a comparison holds the most accurate and the smallest', () => {
  const groups = groupsOf(comparison().runs);
  const front = bestOf(groups, 'parameters').map(({ label }) => label);
  const by = (of: (k: number) => number): string =>
    groups[groups.map((_, k) => k).sort((a, b) => of(a) - of(b))[0]!]!.label;
  assert.ok(front.includes(by((k) => -measure(groups[k]!, 'testAccuracy').mean)));
  assert.is(
    front[0],
    by((k) => measure(groups[k]!, 'parameters').mean),
  );
});

test('maps: bonds by epoch, colours from dark to light, and words', () => {
  const { runs } = comparison({ plans: PLANS.slice(1, 2), seeds: 1, epochs: 5 });
  const bands = bandsOf(runs[0]!);
  assert.is(bands.length, 2 * Object.keys(WEIGHTS).length);
  assert.ok(bands.every(({ epochs }) => epochs.length === 5));
  assert.match(
    describe(bands[0]!),
    /^Singular values of conv1\.weight, mode 0: \d+ of 6 above 1 % .* after epoch 5\.$/,
  );
  const light = [-1, 0, 0.25, 0.5, 0.75, 1, 2].map(viridis).map(([r, g, b]) => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!);
  assert.equal([light[0], light[6]], [light[1], light[5]]);
  assert.ok(light.slice(1, 6).every((value, k, all) => k === 0 || value > all[k - 1]!));
  assert.equal(weightsOf(runs), Object.keys(WEIGHTS));
});

const withoutSpectra = ({ runs }: CompareData): unknown =>
  runs.map((one) => one.epochs.map(({ spectra: _, ...epoch }) => epoch));

test('the page carries what changed of ranks, and gets all of them back', () => {
  const data = comparison({ seeds: 2 });
  const [small, all] = [slim(data), whole(JSON.parse(JSON.stringify(slim(data))) as CompareData)];
  assert.equal(withoutSpectra(all), withoutSpectra(data));
  assert.ok(JSON.stringify(small).length < 0.6 * JSON.stringify(data).length);
  const epoch = comparison({ epochs: 1 }).runs[0]!.epochs[0]!;
  const gone: CompareRun['ranks'][] = [{ a: { r: 2 }, b: { r: 3 } }, { b: { r: 3 } }, {}, { a: { r: 1 } }];
  const one = { ...data, runs: [run('x', { epochs: gone.map((ranks) => ({ ...epoch, ranks })) })] };
  assert.equal(withoutSpectra(whole(slim(one))), withoutSpectra(one));
});

test('singular values: of the first run of a label, the last epoch among them, within bounds', () => {
  const data = comparison({ seeds: 2, epochs: 150 });
  for (const { seed, epochs, format } of slim(data).runs) {
    const kept = epochs.filter(({ spectra }) => spectra !== undefined);
    const has = seed === 1 && format !== 'dense';
    assert.is(kept.length > 0, has);
    assert.ok(kept.length <= 60);
    if (has) assert.is(kept.at(-1), epochs.at(-1));
  }
  const weights = Object.fromEntries(Array.from({ length: 50 }, (_, k) => [`layers.${k}.weight`, 64]));
  const big = JSON.stringify(slim(comparison({ weights, epochs: 30, seeds: 1 })));
  assert.ok(big.length < 16e6, `${big.length} bytes`);
});

test.run();
