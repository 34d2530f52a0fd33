/** The package as users get it: packed, installed into an empty project, loaded in every way there is. */

import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expectedHashes } from '../../src/train/probeHashes.ts';
import { run } from '../support/run.ts';
import { temporary } from './programs.ts';
import type { Tally } from './tally.ts';

const SOURCES = 'test/runtimes/package';

/** The command line inside a project. */
export const CLI = 'node_modules/rankwise/dist/cli/main.js';

/** Runs a command in a folder; throws with its output unless it ends well. */
export async function inFolder(cwd: string, command: readonly string[], limit = 600): Promise<string> {
  const { code, trouble, output } = await run(command[0]!, command.slice(1), { cwd, limit });
  if (code === 0 && trouble === '') return output;
  throw new Error(`${command.join(' ')}: exit ${code} ${trouble}\n${output.slice(-3000)}`);
}

let made: Promise<string> | undefined;

async function make(): Promise<string> {
  const folder = temporary('packed');
  await inFolder('.', ['npm', 'pack', '--pack-destination', folder]);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  // It has no dependencies, so nothing is asked of any registry.
  const flags = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await inFolder(folder, ['npm', 'install', ...flags, `./${tarball}`]);
  for (const name of readdirSync(SOURCES)) copyFileSync(join(SOURCES, name), join(folder, name));
  return folder;
}

/** A project with the packed package and the test programs in it; made once. */
export function packed(): Promise<string> {
  made ??= make();
  return made;
}

/** The last line of an output that is a JSON object. */
export function jsonIn<T>(output: string): T {
  const line = output
    .trim()
    .split('\n')
    .findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`no JSON in: ${output.slice(-2000)}`);
  return JSON.parse(line) as T;
}

/** What import and require() must give. */
const PRODUCT = [
  [7, 10],
  [15, 22],
];
const GRADIENT = [
  [3, 12],
  [27, 48],
];

interface Used {
  readonly product: unknown;
  readonly gradient: unknown;
  readonly names: string;
  readonly host: string;
}

/** Loads the package with `import` and with `require()`, and runs `rankwise doctor`. */
export async function testPackage(tally: Tally, name: string, command: readonly string[]): Promise<void> {
  const project = await packed();
  const results: Used[] = [];
  for (const file of ['import.mjs', 'require.cjs']) {
    await tally.guard(`${name}: ${file}`, async () => {
      const used = jsonIn<Used>(await inFolder(project, [...command, file]));
      const right = [JSON.stringify(used.product), JSON.stringify(used.gradient)];
      const want = [JSON.stringify(PRODUCT), JSON.stringify(GRADIENT)];
      const problems = right[0] === want[0] && right[1] === want[1] ? [] : [`${right} instead of ${want}`];
      results.push(used);
      if (used.names !== results[0]!.names || used.host !== results[0]!.host) problems.push('other names than import');
      tally.check(`${name}: ${file} of the packed package`, problems, `${used.names.split(' ').length} names`);
    });
  }
  await tally.guard(`${name}: doctor`, async () => {
    const doctor = await inFolder(project, [...command, CLI, 'doctor', '--json']);
    const { ok, checks } = jsonIn<{ ok: boolean; checks: { found: string }[] }>(doctor);
    const same = checks.map(({ found }) => found).join() === Object.values(expectedHashes).join();
    tally.check(`${name}: rankwise doctor of the packed package`, ok && same ? [] : [doctor]);
  });
}

/** Compiles a program against the installed declarations, those of libraries included, without the types of Node. */
export async function testTypes(tally: Tally): Promise<void> {
  const project = await packed();
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const common = { noEmit: true, strict: true, target: 'es2022', lib: ['esnext', 'dom'], types: [] };
  for (const resolution of ['nodenext', 'bundler']) {
    await tally.guard(`types, ${resolution}`, async () => {
      const module = resolution === 'bundler' ? 'esnext' : resolution;
      const compilerOptions = { ...common, module, moduleResolution: resolution };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
      await inFolder(project, [process.execPath, tsc, '-p', '.']);
      tally.pass(`types of the packed package, resolved as ${resolution} does`);
    });
  }
}
