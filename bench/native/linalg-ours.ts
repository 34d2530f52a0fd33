/** One side of linalg.bench.ts: rankwise, with matrices and results in JavaScript memory. `svd|qr N` */

import { createInterface } from 'node:readline';
import { qr } from '../../src/ops/linalg/qr.ts';
import { svd } from '../../src/ops/linalg/svd.ts';
import { tensor } from '../../src/tensor/create.ts';

const [what, size] = process.argv.slice(2) as [string, string];
const n = Number(size);
/** The same uniform numbers on both sides (xorshift32, Marsaglia 2003). */
let state = 2463534242;
const values = Float64Array.from({ length: n * n }, () => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state / 2 ** 31;
});
/** Made once, as the other side's matrix is. */
const a = tensor(values, [n, n]);
const factorize = what === 'svd' ? svd : qr;
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now();
  for (let k = 0; k < Number(line); k++) factorize(a);
  process.stdout.write(`${performance.now() - began}\n`);
}
