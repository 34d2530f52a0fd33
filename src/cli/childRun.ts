/** `rankwise train` in a process of its own: its memory is its own, and it saves itself when it is stopped. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ChildOutcome {
  /** The exit code; null where a signal ended it. */
  readonly code: number | null;
  /** The last line it wrote to standard error. */
  readonly message: string;
}

export interface ChildOptions {
  readonly signal: AbortSignal;
  /** Called with each line that it writes to standard error. */
  line(text: string): void;
}

const development = import.meta.url.endsWith('.ts');

/** Runs the command line with these arguments to its end. The first abort asks it to save and stop. */
export async function runChild(args: readonly string[], { signal, line }: ChildOptions): Promise<ChildOutcome> {
  const main = fileURLToPath(new URL(development ? './main.ts' : './main.js', import.meta.url));
  const loader = development ? ['--import', import.meta.resolve('tsx')] : [];
  const child = spawn(process.execPath, [...loader, main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = (): unknown => child.kill('SIGINT');
  signal.addEventListener('abort', stop);
  let message = '';
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop()!;
    for (const one of lines) {
      message = one;
      line(one);
    }
  });
  const [code] = (await once(child, 'close')) as [number | null];
  signal.removeEventListener('abort', stop);
  return { code, message };
}
