/**
 * Kills training at random moments and goes on until the end: no file may be unreadable, and the last files must be, byte
 * for byte, those of a run that nothing disturbed. `npm run test:crash -- 100`
 */

import { parseArgs } from 'node:util';
import { crash } from '../test/support/crash.ts';

const HELP = `Usage: npm run test:crash -- [KILLS] [--seed N]

  KILLS      how often a run is killed, default 20
  --seed N   draws the moments, default a new one each time
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, help: { type: 'boolean' } },
});
const kills = Number(positionals[0] ?? 20);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (values.help || !Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed)) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  process.stdout.write(`seed ${seed}\n`);
  const report = await crash(kills, seed, (text) => process.stdout.write(`${text}\n`));
  process.stdout.write(`${report.kills} kills, ${report.runs} runs gone on with: all files equal, none unreadable\n`);
}
