/**
 * A training step of mlp 784-256-10, batch 64, SGD: rankwise against TensorFlow.js 4.22.0 on its plain JavaScript
 * backend. Rounds are handed out in turn; the ratio is the median over rounds. `npm run bench:mlp`
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contestant, median, rivalFolder } from './rivals.ts';

const ROUNDS = 9;
const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const folder = rivalFolder(['@tensorflow/tfjs@4.22.0']);
const ours = new Contestant('rankwise', ['--import', 'tsx', join(here, 'mlp-ours.ts')], root);
const tfjs = new Contestant('tfjs 4.22.0 cpu', [join(here, 'mlp-tfjs.mjs')], folder);

await ours.round(300);
await tfjs.round(3);
for (let k = 0; k < ROUNDS; k++) {
  ours.times.push(await ours.round(100));
  tfjs.times.push(await tfjs.round(3));
}
for (const { name, times } of [ours, tfjs]) {
  console.log(
    `${name.padEnd(16)} ${median(times).toFixed(2).padStart(8)} ms a step (best ${Math.min(...times).toFixed(2)})`,
  );
}
console.log(`rankwise is ${median(tfjs.times.map((t, k) => t / ours.times[k]!)).toFixed(1)} times as fast`);
ours.stop();
tfjs.stop();
