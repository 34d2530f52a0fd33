/** Tables of scripts that are no runs of `rankwise train`: printed, and kept for RESULTS.md. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileOf = (script: string): string => join(import.meta.dirname, 'results', `${script}.md`);

/** Prints a table with a line above it, and keeps both. */
export function tellTable(script: string, above: string, rows: readonly (readonly string[])[]): void {
  const [head = [], ...body] = rows;
  const lines = [head, head.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`);
  const text = `${above}\n\n${lines.join('\n')}\n`;
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  writeFileSync(fileOf(script), text);
  process.stdout.write(`\n${text}`);
}

/** What a script has told last; undefined where it has not run. */
export function toldBy(script: string): string | undefined {
  return existsSync(fileOf(script)) ? readFileSync(fileOf(script), 'utf8') : undefined;
}
