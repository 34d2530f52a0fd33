/**
 * Which sources the compiled kernels come from. The build carries a mark of assembly/ and of the contracts, for kernels that
 * cut their work otherwise than their contracts say compute nonsense without a word. Run by itself, it says whether dist/ is
 * such a build.
 */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { isMain, readSources, report } from './sources.ts';

/** The words of a text, without comments and layout: those change no kernel. */
function wordsOf(text: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
  const words: string[] = [];
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) words.push(scanner.getTokenText());
  return words.join(' ');
}

/** The mark of the sources as they are now. */
export function markOfSources(root = '.'): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'asconfig.json'), 'utf8'));
  for (const [path, text] of readSources(['assembly', 'src/kernels'], ['.ts'], root)) {
    hash.update(`\n${path}\n${wordsOf(text)}`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** The mark that the kernels in dist/ carry; 'none' where there are no kernels. */
function markOfBuild(root: string): string {
  const path = join(root, 'dist/wasm.inline.js');
  if (!existsSync(path)) return 'none';
  return /^export const build = '(\w+)';$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? 'none';
}

/** What is wrong where the kernels in dist/ were compiled from other sources than those that are there; else ''. */
export function staleness(root = '.'): string {
  const [got, want] = [markOfBuild(root), markOfSources(root)];
  if (got === want) return '';
  return `the compiled kernels are those of assembly/ and src/kernels/ (${want}); got ${got}; npm run build:wasm`;
}

if (isMain(import.meta.url)) {
  const stale = staleness();
  if (stale !== '') report('build', [stale], '');
}
