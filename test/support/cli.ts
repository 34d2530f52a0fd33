/** The command line as it is shipped, bundled once for the process that tests it, and run in child processes. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { build } from 'esbuild';

const root = mkdtempSync(join(tmpdir(), 'rankwise-cli-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

await build({
  entryPoints: ['src/cli/main.ts', 'src/cli/engine.ts'],
  outdir: join(root, 'dist/cli'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'error',
});
copyFileSync('package.json', join(root, 'package.json'));
const MAIN = join(root, 'dist/cli/main.js');

let made = 0;

/** A path in a temporary folder, at which there is nothing yet. */
export function fresh(name: string = 'run'): string {
  return join(root, `${made++}-${name}`);
}

export interface Outcome {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Put before `node`: what is run instead, with the command line as its arguments. */
  readonly through?: readonly string[];
}

/** Starts `rankwise` with these arguments, away from any terminal. */
export function start(args: readonly string[], { env = {}, cwd, through = [] }: StartOptions = {}): Running {
  const { NO_COLOR, FORCE_COLOR, RANKWISE_DATA, ...clean } = process.env;
  const [command, ...rest] = [...through, process.execPath, MAIN, ...args] as [string, ...string[]];
  const child = spawn(command, rest, { cwd, env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code ?? signal, out, err }));
  return { child, ended };
}

/** Runs `rankwise` to its end. */
export function cli(args: readonly string[], options: StartOptions = {}): Promise<Outcome> {
  return start(args, options).ended;
}

/** Waits until a file is there. */
export async function appears(path: string): Promise<void> {
  for (const end = Date.now() + 20_000; !existsSync(path); await setTimeout(2)) {
    if (Date.now() > end) throw new Error(`${path} has not come within 20 s`);
  }
}

/** Runs short enough for tests: a small network, 23 steps an epoch. */
export const SMALL: readonly string[] = ['train', '--widths', '16', '--format', 'tt', '--rank', '0.5', '--quiet'];
