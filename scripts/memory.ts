/**
 * Whether memory stays flat: 10,000 steps of training, and without a scope 100,000 products and 100,000 decompositions. `npm run test:memory`
 * The backend's blocks, bytes and memory must not change after the warm-up, the process may gain 1 MiB in 1,000 steps.
 */

import { parseArgs } from 'node:util';
import { matmulSoak, type Soak, svdSoak, trainingSoak } from '../test/support/soak.ts';

const HELP = `Usage: npm run test:memory -- [STEPS]

  STEPS   of training, default 10000; ten times as many products and singular value decompositions
`;
/** MiB in 1,000 steps, and in 10,000 products or decompositions. */
const MOST = 1;

function judge(what: string, { rounds, states, slope, sizes }: Soak, per: number): boolean {
  const gained = (slope * per) / 1000;
  const isFlat = states.length === 1 && gained < MOST;
  process.stdout.write(
    `${isFlat ? 'ok  ' : 'FAIL'} ${rounds} ${what}\n` +
      `     backend: ${states.slice(0, 5).join('; ')}\n` +
      `     process: ${sizes.join(' ')} MiB, ${gained.toFixed(3)} MiB in ${per}\n`,
  );
  return isFlat;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
const steps = Number(positionals[0] ?? 10_000);
if (values.help || !Number.isSafeInteger(steps) || steps < 100) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  const trained = judge('steps of training', await trainingSoak(steps), 1000);
  const multiplied = judge('products without a scope', matmulSoak(10 * steps), 10_000);
  const decomposed = judge('singular value decompositions without a scope', svdSoak(10 * steps), 10_000);
  if (!trained || !multiplied || !decomposed) process.exitCode = 1;
}
