/** The snippets of the README run, and print what their comments say: `console.log(x); // [1, 2]`. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { build } from 'esbuild';
import { snippetsOf } from '../../scripts/check-docs.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('readme');

const folder = mkdtempSync(join(tmpdir(), 'rankwise-readme-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Entries by their names in an import. */
const names = ['node', 'linalg', 'testing'];
const alias = {
  ...Object.fromEntries(names.map((name) => [`rankwise/${name}`, `./src/${name}.ts`])),
  rankwise: './src/index.ts',
};

/** What a snippet prints, a text for each call of console.log. */
async function printed(code: string, name: string): Promise<string[]> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    stdin: { contents: code, resolveDir: '.', loader: 'ts' },
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'node',
    alias,
    external: ['fast-check'],
    logLevel: 'error',
  });
  const lines: string[] = [];
  const { log } = console;
  console.log = (...values: unknown[]) => {
    lines.push(values.map((v) => (typeof v === 'string' ? v : inspect(v, { breakLength: Infinity }))).join(' '));
  };
  try {
    await import(pathToFileURL(outfile).href);
  } finally {
    console.log = log;
  }
  return lines;
}

/** Text as it is compared: inspect() puts spaces inside brackets, people do not. */
const plain = (text: string): string => text.replace(/\s+/g, '');

for (const [k, code] of snippetsOf(readFileSync('README.md', 'utf8')).entries()) {
  test(`snippet ${k + 1} runs and prints what it says`, async () => {
    const said = code.split('\n').flatMap((line) => /console\.log\(.*\);(?: \/\/ (.*))?$/.exec(line)?.[1] ?? []);
    const lines = (await printed(code, `snippet${k}`)).map(plain);
    for (const text of said) assert.ok(lines.includes(plain(text)), `prints ${text}; got ${lines.join(' ')}`);
    const calls = code.split('console.log(').length - 1;
    assert.ok(calls === 0 || lines.length > 0);
  });
}

test.run();
