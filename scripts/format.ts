/**
 * Formats everything, or with --check says what is not formatted. `npm run format`, `npm run check:format`
 * Biome's grammar has no decorators on functions, so the files of assembly/ pass through it with theirs as comments.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isMain, readSources, type Sources } from './support/sources.ts';

const HIDDEN = /^(\s*)@(inline|unsafe|lazy|global|operator\([^)]*\))(?=\s)/gm;
const SHOWN = /^(\s*)\/\*@([^*\n]+)\*\//gm;

/** A text of assembly/ in a grammar that biome reads, and back. */
export const hideDecorators = (text: string): string => text.replace(HIDDEN, '$1/*@$2*/');
export const showDecorators = (text: string): string => text.replace(SHOWN, '$1@$2');

function biome(args: readonly string[], cwd: string): number {
  return spawnSync(join(process.cwd(), 'node_modules/.bin/biome'), args, { cwd, stdio: 'inherit' }).status ?? 1;
}

/** The formatted texts of assembly/, by way of a folder outside the repository. */
function formatted(sources: Sources): Sources {
  const folder = mkdtempSync(join(tmpdir(), 'rankwise-format-'));
  try {
    cpSync('biome.json', join(folder, 'biome.json'));
    for (const [path, text] of sources) {
      const hidden = join(folder, 'hidden', path.slice('assembly/'.length));
      mkdirSync(dirname(hidden), { recursive: true });
      writeFileSync(hidden, hideDecorators(text));
    }
    biome(['format', '--write', '--log-level=error', 'hidden'], folder);
    const texts = readSources(['hidden'], ['.ts'], folder);
    return new Map([...texts].map(([path, text]) => [path.replace('hidden', 'assembly'), showDecorators(text)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) {
  const checkOnly = process.argv.includes('--check');
  let status = biome(['format', ...(checkOnly ? [] : ['--write']), '.'], '.');
  const sources = readSources(['assembly'], ['.ts']);
  for (const [path, text] of sources.size === 0 ? sources : formatted(sources)) {
    if (text === sources.get(path)) continue;
    if (checkOnly) {
      process.stderr.write(`${path}: a file is formatted; got other line breaks or spaces; npm run format\n`);
      status = 1;
    } else writeFileSync(path, text);
  }
  process.exitCode = status;
}
