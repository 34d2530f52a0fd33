/**
 * Writes the hashes that every runtime must get: test/golden/hashes.json and src/train/probeHashes.ts.
 * `npm run golden:hashes`, after a change of arithmetic that is meant; say in the commit which hashes moved and why.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { compiledHashes, trainingHashes } from '../test/runtimes/hashes.ts';

const GOLDEN = 'test/golden/hashes.json';
const PROBES = 'src/train/probeHashes.ts';

/** Replaces a file where its text has changed, and says so. */
function write(path: string, text: string): void {
  const same = readFileSync(path, { encoding: 'utf8', flag: 'a+' }) === text;
  if (!same) writeFileSync(path, text);
  process.stdout.write(`${path}: ${same ? 'unchanged' : 'written'}\n`);
}

async function main(): Promise<void> {
  write(GOLDEN, `${JSON.stringify(compiledHashes(), null, 2)}\n`);
  const lines = Object.entries(await trainingHashes()).map(([name, hash]) => `  ${name}: '${hash}',\n`);
  const head = readFileSync(PROBES, 'utf8').split('{')[0]!;
  write(PROBES, `${head}{\n${lines.join('')}};\n`);
}

await main();
