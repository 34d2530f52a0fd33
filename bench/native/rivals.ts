/** Rivals in child processes, one computing at a time: a child answers each line "N" with the milliseconds of N steps. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where rivals are installed: outside the package, and never a dependency of it. */
export function rivalFolder(packages: readonly string[]): string {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rankwise-rivals');
  const missing = packages.filter((name) => !existsSync(join(folder, 'node_modules', name.replace(/(.)@.*$/, '$1'))));
  if (missing.length === 0) return folder;
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(
    'npm',
    ['i', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', ...missing],
    {
      stdio: ['ignore', process.stderr, process.stderr],
    },
  );
  if (status !== 0)
    throw new Error(`rivals: packages install; got exit code ${status}; npm i --prefix ${folder} ${missing.join(' ')}`);
  return folder;
}

/** A child that waits for rounds. */
export class Contestant {
  readonly name: string;
  readonly times: number[] = [];
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(name: string, args: readonly string[], cwd: string) {
    this.name = name;
    this.#child = spawn(process.execPath, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Milliseconds of one step, the mean of `steps`. */
  async round(steps: number): Promise<number> {
    this.#child.stdin!.write(`${steps}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`${this.name}: a contestant answers; got the end of its output; see above`);
    return Number(value) / steps;
  }

  stop(): void {
    this.#child.stdin!.end();
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
