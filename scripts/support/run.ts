/** Child processes with a time limit, a few at a time. */

import { spawn } from 'node:child_process';

export interface Outcome {
  /** The exit code; 1 where a signal ended the child. */
  readonly code: number;
  /** Why the child was ended early, or ''. */
  readonly trouble: string;
  /** Standard output and standard error as they came. */
  readonly output: string;
  readonly seconds: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Seconds; the child and what it started are killed after that. */
  readonly limit?: number;
}

/** Runs a command to its end. A child leads a process group of its own, so that a time limit ends its children too. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const limit = options.limit ?? 600;
  const begin = performance.now();
  return new Promise((resolve) => {
    const env = { ...process.env, ...options.env };
    const child = spawn(command, args, { cwd: options.cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let trouble = '';
    const timer = setTimeout(() => {
      trouble = `no end within ${limit} s`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, limit * 1000);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', (error) => {
      trouble = error.message;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (trouble === '' && signal !== null) trouble = `ended by ${signal}`;
      resolve({ code: code ?? 1, trouble, output, seconds: (performance.now() - begin) / 1000 });
    });
  });
}

/** Works through `items`, at most `width` at once; starts them in order. */
export async function pool<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
