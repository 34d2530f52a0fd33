/**
 * SVD (U, S, V) and QR (Q, R) of square f64 matrices: rankwise against ml-matrix 6.15.1. Both compute in turn, round by
 * round; the ratio is the median over rounds. `npm run bench:linalg`
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contestant, median, rivalFolder } from './rivals.ts';

const ROUNDS = 9;
/** About this long is a round of each side. */
const ROUND_MS = 300;
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = rivalFolder(['ml-matrix@6.15.1']);

/** How many steps fill a round, after as many as it takes to compile them. */
async function stepsOf(contestant: Contestant): Promise<number> {
  const warm = await contestant.round(3);
  const once = await contestant.round(Math.max(2, Math.ceil(ROUND_MS / warm)));
  return Math.max(2, Math.ceil(ROUND_MS / once));
}

for (const what of ['svd', 'qr']) {
  for (const n of [32, 64, 128, 256]) {
    const args = [what, String(n)];
    const ours = new Contestant(
      'rankwise',
      ['--import', 'tsx', join(here, 'linalg-ours.ts'), ...args],
      join(here, '../..'),
    );
    const theirs = new Contestant('ml-matrix', [join(here, 'linalg-mljs.mjs'), ...args], folder);
    const steps = [await stepsOf(ours), await stepsOf(theirs)] as const;
    for (let k = 0; k < ROUNDS; k++) {
      ours.times.push(await ours.round(steps[0]));
      theirs.times.push(await theirs.round(steps[1]));
    }
    const ratio = median(theirs.times.map((t, k) => t / ours.times[k]!));
    const ms = [ours, theirs].map(({ times }) => median(times).toFixed(3).padStart(9));
    console.log(
      `${what} ${String(n).padStart(4)}  rankwise ${ms[0]} ms  ml-matrix ${ms[1]} ms  ${ratio.toFixed(1)} times as fast`,
    );
    ours.stop();
    theirs.stop();
  }
}
