/**
 * Bundles of test code over what the package ships: imports of src/ are taken from dist/, and the two helpers that need
 * files or a process are replaced by ones that do not.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const REPLACED: Readonly<Record<string, string>> = {
  'test/support/test.ts': 'test/runtimes/collect.ts',
  'test/support/stress.ts': 'test/runtimes/stress.ts',
};

const shipped: Plugin = {
  name: 'shipped',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const name = relative('.', resolve(resolveDir, path)).replaceAll('\\', '/');
      if (name in REPLACED) return { path: resolve(REPLACED[name]!) };
      // The package has no side effects, but tests register themselves.
      if (!name.startsWith('src/')) return { path: resolve(name), sideEffects: true };
      return { path: resolve(name.replace(/^src\/(.*)\.ts$/, 'dist/$1.js')), sideEffects: false };
    });
  },
};

/** Folders whose tests say what holds for every kernel, operation and format. */
const LAWS = ['test/kernels', 'test/ops', 'test/formats'];

/** The law tests that need nothing of Node, and those that do. */
export function lawFiles(): { files: string[]; left: string[] } {
  const all = LAWS.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
  const tests = all.filter((path) => path.endsWith('.test.ts')).sort();
  const needsMore = (path: string): boolean => /from 'node:/.test(readFileSync(path, 'utf8'));
  return { files: tests.filter((path) => !needsMore(path)), left: tests.filter(needsMore) };
}

export interface BundleOptions {
  /** Test files to evaluate before the entry. */
  readonly laws?: readonly string[];
  /** Conditions of package.json's `imports` besides the default ones. */
  readonly conditions?: readonly string[];
}

/** Writes an entry with all it imports as OUT/NAME.js; wasm files that it imports are copied beside it. */
export async function bundle(entry: string, out: string, name: string, options: BundleOptions = {}): Promise<void> {
  const imports = [...(options.laws ?? []), entry].map((path) => `import './${path}';\n`).join('');
  const contents = entry.endsWith('worker.ts') ? `${imports}export { default } from './${entry}';\n` : imports;
  await build({
    stdin: { contents, resolveDir: '.', sourcefile: `${name}.entry.js` },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: [...(options.conditions ?? [])],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    define: { 'process.env': '{}' },
    plugins: [shipped],
    outdir: out,
    entryNames: name,
    logLevel: 'error',
  });
}
