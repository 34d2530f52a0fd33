#!/usr/bin/env node
/**
 * The command line. The engine runs in a worker thread, so that Ctrl-C is heard during long computations: the first one
 * asks the command to save and stop, the second ends the process at once.
 */

import { Worker } from 'node:worker_threads';
import { Exit } from './command.ts';
import type { FromEngine, ToEngine } from './engine.ts';

/** Waits until what was written has left the process; a reader that went away is not an error. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

function quietPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(Exit.ok);
      throw error;
    });
  }
}

/** In development this file is TypeScript, and so is the engine beside it; Node 20 needs a loader to read it. */
const development = import.meta.url.endsWith('.ts');

/** What the engine's thread runs. */
function engineCode(): string | URL {
  const url = new URL(development ? './engine.ts' : './engine.js', import.meta.url);
  if (!development) return url;
  const [loader, code] = [import.meta.resolve('tsx/esm/api'), url.href].map((text) => JSON.stringify(text));
  return `import(${loader}).then(({ register }) => { register(); return import(${code}); });`;
}

function main(): void {
  quietPipes();
  const engine = new Worker(engineCode(), {
    ...(development ? { eval: true } : {}),
    workerData: {
      args: process.argv.slice(2),
      live: process.stderr.isTTY === true,
      color: process.stdout.isTTY === true,
      width: process.stderr.columns ?? 80,
    },
  });
  let interrupted: number | null = null;
  const interrupt = (code: number): void => {
    if (interrupted !== null) process.exit(code);
    interrupted = code;
    engine.postMessage({ kind: 'abort' } satisfies ToEngine);
  };
  process.on('SIGINT', () => interrupt(Exit.interrupted));
  process.on('SIGTERM', () => interrupt(Exit.terminated));
  engine.on('message', async (message: FromEngine) => {
    if (message.kind === 'write') {
      (message.stream === 'out' ? process.stdout : process.stderr).write(message.text);
      return;
    }
    await Promise.all([flush(process.stdout), flush(process.stderr)]);
    process.exit(interrupted ?? message.code);
  });
  engine.on('error', (error: Error) => {
    process.stderr.write(`rankwise: ${error.stack ?? error.message}\n`);
    process.exit(Exit.unexpected);
  });
}

main();
