/** `rankwise compare`: what it runs, what it prints and writes, and that a comparison can be gone on with. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { entrantsOf, groupsOf, plannedRun, remodelled, sharedArgs, without } from '../../src/cli/comparePlan.ts';
import { rowsOf, tableOf } from '../../src/cli/compareTable.ts';
import { learningRates, timed, tuned } from '../../src/cli/tune.ts';
import { methods } from '../../src/methods/all.ts';
import type { CompareRun } from '../../src/page/compareData.ts';
import { appears, cli, fresh, start } from '../support/cli.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('compare');

const controls = methods.filter(({ isControl, remodel }) => isControl === true && remodel === undefined);
const QUICK = ['--widths', '12', '--epochs', '1', '--rank', '0.5', '--limit', '200', '--trials', '1', '--quiet'];

test('controls are always there, and each method once', () => {
  const labels = entrantsOf({ methods: 'descent,descent:,dense' }, []).map(({ label }) => label);
  assert.equal(new Set(labels).size, labels.length);
  const twice = entrantsOf({ methods: 'dlrt:tau=0.3,dlrt' }, []).filter(({ method }) => method === 'dlrt');
  assert.is(twice.length, 2);
  const bounded = entrantsOf({ methods: 'early' }, ['--budget', '900']).find(({ method }) => method === 'early');
  assert.ok(bounded!.args.includes('lowRank'));
  for (const { name } of controls)
    assert.ok(
      labels.some((label) => label.split(' ')[0] === name),
      name,
    );
  const all = entrantsOf({ methods: 'all' }, []).map(({ method }) => method);
  for (const { name, remodel } of methods)
    assert.is(all.includes(name), remodel === undefined && name !== 'descent', name);
});

test('settings and formats become arguments of train', () => {
  const [first] = entrantsOf({ methods: 'early:at=2+floor=3', format: 'tt' }, ['--epochs', '3']);
  assert.equal(first!.args, ['--epochs', '3', '--method', 'early', '--format', 'tt', '--with', 'at=2,floor=3']);
  assert.is(first!.label, 'early tt at=2,floor=3');
  assert.throws(() => entrantsOf({ methods: 'magic' }, []), /the method is known; got 'magic'/);
  const values = { data: 'digits', epochs: 3, batch: 32, augment: true, out: 'x' };
  assert.equal(sharedArgs(values, new Set(['data', 'epochs', 'augment', 'out'])), [
    ...['--data', 'digits', '--epochs', '3', '--augment'],
  ]);
  assert.equal(without(['--rank', '8', '--epochs', '2'], ['--rank']), ['--epochs', '2']);
});

test('rivals are sized by groups of counts, largest first', () => {
  assert.equal(groupsOf([100, 95, 1000, 900, 50]), [1000, 100, 50]);
  assert.equal(groupsOf([]), []);
  const [one] = remodelled([500], ['--rank', '0.1', '--epochs', '2']);
  assert.equal(one!.args, ['--epochs', '2', '--method', 'narrow', '--budget', '500']);
  const [a, b] = [plannedRun(one!, 1), plannedRun({ ...one!, args: [...one!.args, '--lr', '1'] }, 1)];
  assert.not.equal(a.name, b.name);
});

const known = (label: string, seed: number, testAccuracy: number, isControl = false): CompareRun => ({
  ...{ label, method: label, format: 'tt', seed, isControl, testAccuracy, parameters: label === 'dense' ? 1000 : 100 },
  ...{ compression: 2, flops: 10, seconds: 3, epochSeconds: 1, peakBytes: 1e6, ranks: {}, epochs: [], events: [] },
});

test('a row is a mean over seeds; compression is against the dense network of the table', () => {
  const rows = rowsOf([known('dense', 1, 0.9, true), known('a', 1, 0.8), known('a', 2, 0.9)]);
  assert.equal(
    rows.map(({ label, seeds, compression }) => [label, seeds, compression]),
    [
      ['dense', 1, 1],
      ['a', 2, 10],
    ],
  );
  assert.ok(Math.abs(rows[1]!.testAccuracy - 0.85) < 1e-12);
  assert.ok(Math.abs(rows[1]!.spread - Math.SQRT1_2 / 10) < 1e-12);
  const lines = tableOf(rows);
  assert.match(lines[1]!, /^a\s+85\.00% ±7\.07/);
  assert.match(lines[2]!, /^\(dense\)/);
});

test('every method tries the same multiples of its rate, and the validation part chooses', async () => {
  const [entrant] = entrantsOf({ methods: 'descent' }, []);
  const tried: string[] = [];
  const best = await tuned(entrant!, 3, async (run) => {
    const scale = run.args[run.args.indexOf('--lr-scale') + 1]!;
    tried.push(scale);
    assert.is(run.seed, 0);
    const validationAccuracy = scale === '3' ? 0.9 : 0.5;
    const epoch = { epoch: 0, step: 1, seconds: 1, loss: 1, parameters: 1, ranks: {}, validationAccuracy };
    return { ...known('descent', 0, 0.1), epochs: [epoch] };
  });
  assert.equal(tried, learningRates.slice(0, 3).map(String));
  assert.equal(best!.args.slice(-2), ['--lr-scale', '3']);
  assert.is(await tuned(entrant!, 2, async () => undefined), undefined);
});

test('a budget of time becomes epochs, by the first epoch of a run of its own', async () => {
  const [entrant] = entrantsOf({ methods: 'descent' }, ['--epochs', '7']);
  const seen: (readonly string[])[] = [];
  const lasting = await timed(entrant!, 10, async (run) => {
    seen.push(run.args);
    return { ...known('descent', 0, 0.1), epochSeconds: 3 };
  });
  assert.equal(seen, [['--method', 'descent', '--epochs', '1', '--seed', '0']]);
  assert.equal(lasting!.args, ['--method', 'descent', '--epochs', '3']);
  assert.is(await timed(entrant!, 10, async () => undefined), undefined);
});

test('a comparison runs, is gone on with without a run more, and is written as table, page and event files', async () => {
  const out = fresh('comparison');
  const args = ['compare', '--methods', 'descent', '--format', 'tt', ...QUICK, '--out', out, '--json'];
  const first = await cli(args);
  assert.is(first.code, 0, first.err);
  const { rows, skipped } = JSON.parse(first.out);
  assert.equal(skipped, []);
  const names = rows.map(({ method }: { method: string }) => method);
  assert.ok(['descent', 'dense', 'narrow'].every((name) => names.includes(name)));
  const fields = ['method', 'format', 'testAccuracy', 'parameters', 'compression', 'seconds', 'ranks'];
  for (const row of rows) for (const field of fields) assert.ok(field in row, field);
  const folders = readdirSync(join(out, 'runs'));
  const before = folders.map((name) => statSync(join(out, 'runs', name, 'result.json')).mtimeMs);
  const again = await cli([...args, '--tensorboard']);
  assert.equal(JSON.parse(again.out).rows, rows);
  assert.equal(
    folders.map((name) => statSync(join(out, 'runs', name, 'result.json')).mtimeMs),
    before,
  );
  assert.is(readdirSync(join(out, 'tensorboard')).length, rows.length);
  assert.equal(JSON.parse(readFileSync(join(out, 'table.json'), 'utf8')).rows, rows);
  assert.match(readFileSync(join(out, 'report.html'), 'utf8'), /<title>/);
});

test('Ctrl-C stops it with 130, and the same command goes on', async () => {
  const out = fresh('stopped');
  const args = ['compare', '--methods', 'descent', '--format', 'tt', ...QUICK, '--out', out];
  const { child, ended } = start(args);
  await appears(join(out, 'runs'));
  child.kill('SIGINT');
  const { code, err } = await ended;
  assert.is(code, 130, err);
  assert.not(existsSync(join(out, 'report.html')));
  const { code: done } = await cli(args);
  assert.is(done, 0);
  assert.ok(existsSync(join(out, 'report.html')));
});

test('mistakes are told before anything runs', async () => {
  const [unknown, none] = await Promise.all([
    cli(['compare', '--methods', 'magic', '--out', fresh()]),
    cli(['compare', '--data', 'nowhere.csv', '--methods', 'descent', '--out', fresh(), '--quiet']),
  ]);
  assert.equal([unknown.code, none.code], [2, 3]);
  assert.match(unknown.err, /the method is known; got 'magic'/);
  assert.match(none.err, /exists; got ENOENT for/);
});

test.run();
