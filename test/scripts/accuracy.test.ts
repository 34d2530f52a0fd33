/** The reports of `npm run test:zoo` and what `npm run test:laws` runs. */

import { checkContract } from '../../src/accuracy/contract.ts';
import { withBackend } from '../../src/index.ts';
import { lawFiles } from '../../scripts/laws.ts';
import { reportOf } from '../../scripts/zoo.ts';
import { careless } from '../support/careless.ts';
import { run } from '../../scripts/support/run.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('reports of accuracy');
const options = { names: ['randn', 'nanOne'], sizes: [[5, 3]], only: ['svd'] } as const;

test('the zoo is told by type and by quantity, and counted', () => {
  const result = checkContract(options);
  const lines = reportOf(result);
  assert.is(lines.at(-1), `${result.attained.length} passed, 0 failed`);
  assert.ok(
    lines.some((line) => /^svd f64 +resid +orthU +orthV +order +partial$/.test(line)),
    lines.join('\n'),
  );
  assert.is(lines.filter((line) => /^randn( +\d\.\d\d){3} +0( +\d\.\d\d)$/.test(line)).length, 2, lines.join('\n'));
  assert.ok(lines.some((line) => /^svd\.resid +f32 +\d\.\d\d +10 +randn 5 x 3 +\|A - U S Vt\|/.test(line)));
  assert.ok(lines.includes('4 factorizations'));
});

test('broken promises are marked and named, those worth telling starred', () => {
  const lines = reportOf(withBackend(careless('gesvd', 1e-13), () => checkContract(options)));
  assert.ok(
    lines.some((line) => /^randn .*\d!/.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.some((line) => /^FAIL svd\.resid of randn 5 x 3 f64: [\d.]+ is above 10$/.test(line)));
  assert.match(lines.at(-1)!, /^\d+ passed, [1-9]\d* failed$/);
  const row = {
    quantity: 'qr.orth',
    type: 'eye',
    dtype: 'f64',
    ratio: 6,
    limit: 10,
    report: 5,
    m: 2,
    n: 2,
    ok: true,
  } as const;
  const told = reportOf({ attained: [row], cases: 1, ok: true });
  assert.ok(
    told.some((line) => /^eye +6\.00\*$/.test(line)),
    told.join('\n'),
  );
});

test('a run prints its last line, and ends with 1 where one is broken', async () => {
  const { code, output } = await run(process.execPath, ['--import', 'tsx', 'scripts/zoo.ts', 'size0', '--only', 'qr'], {
    limit: 60,
  });
  assert.is(code, 0, output);
  assert.match(output, /\n\d+ passed, 0 failed\n$/);
  const unknown = await run(process.execPath, ['--import', 'tsx', 'scripts/zoo.ts', 'dodo'], { limit: 60 });
  assert.ok(unknown.code !== 0 && /'dodo'/.test(unknown.output));
});

test('all law files are found by what they import', () => {
  assert.equal(
    lawFiles([]).filter((path) => path.startsWith('test/testing/')),
    [...['cpLaws', 'matrixLaws', 'ttLaws', 'tuckerLaws'].map((name) => `test/testing/${name}.test.ts`)],
  );
  assert.equal(lawFiles(['ttLaws']), ['test/testing/ttLaws.test.ts']);
});

test.run();
