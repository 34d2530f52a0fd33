/** Node, Deno, Bun: the bundle is a script, its report the last line it prints. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../test/runtimes/probe.ts';
import { run } from '../support/run.ts';
import { bundle, lawFiles } from './bundle.ts';
import { reportIn } from './report.ts';

const HOST = 'test/runtimes/hosts/cli.ts';

/** Seconds; an emulator takes most of it. */
const LIMIT = 1800;

export interface ProbeOptions {
  /** False where only the hashes are wanted. */
  readonly laws: boolean;
  /** Calls of the naive loop. */
  readonly calls: number;
}

/** A new folder for files of a test, removed at the end of the process. */
export function temporary(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `rankwise-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const built = new Map<boolean, string>();

/** The script that probes, built once with laws and once without. */
async function script(laws: boolean): Promise<string> {
  let path = built.get(laws);
  if (path === undefined) {
    const folder = temporary('probe');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    await bundle(HOST, folder, 'probe', laws ? { laws: lawFiles().files } : {});
    path = join(folder, 'probe.js');
    built.set(laws, path);
  }
  return path;
}

/** Runs the probe as a script of a program. */
export async function probeProgram(command: readonly string[], options: ProbeOptions): Promise<Report> {
  const [program, ...args] = command;
  const all = [...args, await script(options.laws), String(options.calls)];
  const { code, trouble, output } = await run(program!, all, { limit: LIMIT });
  if (code !== 0 || trouble !== '') throw new Error(`exit ${code} ${trouble}: ${output.slice(-3000)}`);
  return reportIn(output);
}
