/** The test runner counts what was executed and takes crashes, hangs and empty files for failures. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pool, run } from '../../scripts/support/run.ts';
import { choose, tally } from '../../scripts/test.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('test runner');

const uvu = import.meta.resolve('uvu');

/** Runs a test file with the given body. */
async function runBody(body: string, limit = 60): Promise<ReturnType<typeof tally>> {
  const folder = mkdtempSync(join(tmpdir(), 'rankwise-runner-'));
  try {
    const file = join(folder, 'a.test.mjs');
    writeFileSync(file, `import { test } from '${uvu}';\n${body}\n`);
    return tally(await run(process.execPath, [file], { limit }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('passed and failed tests are counted', async () => {
  const body = "test('a', () => {}); test('b', () => { throw new Error('b'); }); test.run();";
  assert.equal(await runBody(body), { passed: 1, failed: 1, skipped: 0, trouble: '' });
});

test('a file that executes no test has failed', async () => {
  const { failed, trouble } = await runBody("test('a', () => {});");
  assert.is(failed, 1);
  assert.match(trouble, /no test was executed/);
});

test('a file that crashes has failed, before its tests or after', async () => {
  assert.is((await runBody("throw new Error('early');")).failed, 1);
  const late = await runBody("test('a', () => {}); test.run(); setTimeout(() => process.exit(3), 200);");
  assert.equal([late.passed, late.failed], [1, 1]);
  assert.match(late.trouble, /exit code 3/);
});

test('a file that hangs is ended and has failed', async () => {
  const { failed, trouble } = await runBody(
    "test('a', () => new Promise(() => setInterval(() => {}, 99))); test.run();",
    1,
  );
  assert.is(failed, 1);
  assert.match(trouble, /no end within 1 s/);
});

test('filters choose by path; shared code and other suites are left out', () => {
  const paths = ['test/kernels/gemm.test.ts', 'test/ops/sum.test.ts', 'test/runtimes/deno.test.ts'];
  assert.equal(choose(paths, []), paths.slice(0, 2));
  assert.equal(choose(paths, ['ops/', 'gemm']), paths.slice(0, 2));
  assert.equal(choose(paths, ['sum']), [paths[1]]);
});

test('a pool works through everything, a few at a time', async () => {
  let [now, most] = [0, 0];
  const done: number[] = [];
  await pool([1, 2, 3, 4, 5], 2, async (k) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    now--;
    done.push(k);
  });
  assert.is(most, 2);
  assert.equal(done.sort(), [1, 2, 3, 4, 5]);
});

test.run();
