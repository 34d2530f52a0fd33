/** The snippets of the README run as they stand, and print what their comments say. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { snippetsOf } from '../../scripts/check-docs.ts';
import { run } from '../../scripts/support/run.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('README');

const entries: Readonly<Record<string, string>> = {
  rankwise: 'src/index.ts',
  'rankwise/node': 'src/node.ts',
  'rankwise/linalg': 'src/linalg.ts',
  'rankwise/testing': 'src/testing.ts',
  'fast-check': 'node_modules/fast-check/lib/fast-check.js',
};
const dense = (text: string): string => text.replace(/\s/g, '');

snippetsOf(readFileSync('README.md', 'utf8')).forEach((code, k) => {
  test(`snippet ${k + 1} runs`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rankwise-readme-'));
    try {
      const file = join(folder, 'snippet.mts');
      const mapped = code.replace(/from '([^']+)'/g, (text, name: string) =>
        entries[name] === undefined ? text : `from '${pathToFileURL(resolve(entries[name]))}'`,
      );
      writeFileSync(file, mapped);
      const { code: status, trouble, output } = await run(process.execPath, ['--import', 'tsx', file], { limit: 60 });
      assert.is(status, 0, `${trouble}${output}`);
      for (const [, shown] of code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)) {
        assert.ok(dense(output).includes(dense(shown!)), `${shown} in ${output}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test.run();
