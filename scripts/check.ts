/** Runs every `check:*` script of package.json and shows what failed, all of it. `npm run check` */

import { readFileSync } from 'node:fs';
import { pool, run } from './support/run.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const checks = Object.keys(scripts).filter((name) => name.startsWith('check:'));
const failed: string[] = [];

await pool(checks, 2, async (name) => {
  const { code, trouble, output, seconds } = await run('npm', ['run', '--silent', name]);
  if (code !== 0 || trouble !== '') failed.push(name);
  process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} ${seconds.toFixed(1)} s\n${output}${trouble}`);
});
process.stdout.write(
  failed.length === 0 ? `${checks.length} checks passed\n` : `checks failed: ${failed.join(', ')}\n`,
);
if (failed.length > 0) process.exitCode = 1;
