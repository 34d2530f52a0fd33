/**
 * All laws of rankwise/testing, held against rankwise itself: 200 tries each in f64, 100 in f32. `npm run test:laws`
 * Draws a seed and prints it; --seed repeats a run. The last line is `N passed, N failed`.
 */

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { isMain, readSources } from './support/sources.ts';

const HELP = `Usage: npm run test:laws -- [FILTER...] [--seed N] [--times N]

  FILTER     only test files whose path contains it
  --seed N   what inputs are drawn from, default a new one each time
  --stale    run although the kernels were compiled from other sources
  --times N  how many times the tries of npm test, default 20: 200 in f64 and 100 in f32
`;

const LIMIT_SECONDS = '1200';

/** The test files whose laws can be tried more often. */
export function lawFiles(filters: readonly string[]): string[] {
  const files = [...readSources(['test'], ['.test.ts'])].filter(([, text]) => text.includes('/support/lawRuns.ts'));
  const paths = files.map(([path]) => path);
  return filters.length === 0 ? paths : paths.filter((path) => filters.some((filter) => path.includes(filter)));
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      times: { type: 'string', default: '20' },
      stale: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const times = Number(values.times);
  const files = lawFiles(positionals);
  if (values.help || !Number.isSafeInteger(seed) || !(times > 0) || files.length === 0) {
    process.stdout.write(HELP);
    process.exitCode = values.help ? 0 : 2;
  } else {
    process.stdout.write(`seed ${seed}\n`);
    const args = [
      '--import',
      'tsx',
      'scripts/test.ts',
      '--limit',
      LIMIT_SECONDS,
      ...(values.stale ? ['--stale'] : []),
      ...files,
    ];
    const env = { ...process.env, RANKWISE_RUNS: String(times), RANKWISE_SEED: String(seed) };
    const { status } = spawnSync(process.execPath, args, { env, stdio: 'inherit' });
    process.exitCode = status ?? 1;
  }
}

if (isMain(import.meta.url)) main();
