/**
 * Budgets of size: lines a file, lines a function, lines in all, bytes of the bundles. `npm run check:size`
 * The limits are brakes: raise one in its line, with the reason.
 */

import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import ts from 'typescript';
import { isMain, parse, readSources, report, type Sources, walk, where } from './support/sources.ts';

const FILE_LINES = 300;
const WARN_LINES = 200;
const FUNCTION_LINES = 60;
/** A micro-kernel is one straight line of registers, each on a line of its own once formatted. */
const KERNEL_LINES = 160;
/** Raised from 45,000: engine and mathematics fill that; the training methods follow. */
const TOTAL_LINES = 60_000;
/** Tensors, contraction and SVD with their kernels, minified and compressed. Raised from 60 kB by the factorizations. */
const CORE_BYTES = 84 * 1024;
const CORE_NAMES = ['tensor', 'einsum', 'svd', 'scope'];

const linesOf = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** Functions and methods of a file that are too long. */
function longFunctions(path: string, text: string): string[] {
  const problems: string[] = [];
  const file = parse(path, text);
  walk(file, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const lines = linesOf(text.slice(node.getStart(file), node.getEnd()));
    const most = path.startsWith('assembly/') ? KERNEL_LINES : FUNCTION_LINES;
    if (lines <= most) return;
    problems.push(`${where(file, node)}: a function has at most ${most} lines; got ${lines}; split it`);
  });
  return problems;
}

/** One line for each file, function or sum beyond its budget. */
export function checkLines(sources: Sources): string[] {
  const problems: string[] = [];
  let total = 0;
  for (const [path, text] of sources) {
    const lines = linesOf(text);
    const isEngine = path.startsWith('src/') || path.startsWith('assembly/');
    if (isEngine) total += lines;
    if (lines > FILE_LINES)
      problems.push(`${path}: a file has at most ${FILE_LINES} lines; got ${lines}; split it by idea`);
    if (isEngine) problems.push(...longFunctions(path, text));
  }
  if (total > TOTAL_LINES) {
    problems.push(`src + assembly: at most ${TOTAL_LINES} lines; got ${total}; simplify, or raise it with the reason`);
  }
  return problems;
}

/** Bytes of a minified and compressed bundle of `code`, resolved from the repository's root. */
export async function bundleBytes(code: string, resolveDir: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir, loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    external: ['node:*'],
    logLevel: 'silent',
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

/** Sizes of the built entries, and what is wrong with them. */
async function checkBundles(entries: readonly string[]): Promise<{ problems: string[]; sizes: string[] }> {
  const sizes: string[] = [];
  const kilo = (bytes: number): string => `${(bytes / 1024).toFixed(1)} kB`;
  for (const entry of entries) sizes.push(`${entry} ${kilo(await bundleBytes(`export * from '${entry}'`, '.'))}`);
  const text = readFileSync('src/index.ts', 'utf8');
  const names = CORE_NAMES.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  const core = await bundleBytes(`export { ${names.join(', ')} } from './dist/index.js'`, '.');
  sizes.push(`{ ${names.join(', ')} } ${kilo(core)}`);
  const problems =
    core <= CORE_BYTES ? [] : [`core: at most ${kilo(CORE_BYTES)} gzip; got ${kilo(core)}; find what came in`];
  return { problems, sizes };
}

async function main(): Promise<void> {
  const sources = readSources(['src', 'assembly', 'test', 'bench', 'scripts'], ['.ts']);
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const problems = checkLines(sources);
  for (const [path, text] of sources) {
    const lines = linesOf(text);
    if (lines > WARN_LINES && lines <= FILE_LINES) process.stdout.write(`warning: ${path} has ${lines} lines\n`);
  }
  const targets = Object.values(manifest.exports).map((target) => (target as { default?: string }).default ?? '');
  const entries = targets.filter((path) => path.endsWith('.js') && existsSync(path));
  if (existsSync('dist/index.js')) {
    const bundles = await checkBundles(entries);
    problems.push(...bundles.problems);
    for (const size of bundles.sizes) process.stdout.write(`gzip: ${size}\n`);
  }
  const total = [...sources].filter(([path]) => /^(?:src|assembly)\//.test(path));
  const lines = total.reduce((sum, [, text]) => sum + linesOf(text), 0);
  report('check:size', problems, `${total.length} engine files, ${lines} of ${TOTAL_LINES} lines`);
}

if (isMain(import.meta.url)) await main();
