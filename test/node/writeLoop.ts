/** A process for tests: writes files of one repeated byte to argv[2] with writeAtomic, `argv[3]` bytes each, for ever. */

import { writeAtomic } from '../../src/node/files.ts';

const [path, size] = [process.argv[2]!, Number(process.argv[3])];
const rounds = Number(process.argv[4] ?? Number.POSITIVE_INFINITY);
for (let round = 1; round <= rounds; round++) {
  await writeAtomic(path, new Uint8Array(size).fill(round % 251));
  if (round === 1) process.stdout.write('started\n');
}
