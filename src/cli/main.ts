#!/usr/bin/env node
/**
 * The command line. The engine runs in a worker thread, so that Ctrl-C is heard during long computations: the first one
 * asks the command to save and stop, the second ends the process at once.
 */

import { Worker } from 'node:worker_threads';
import { Exit } from './command.ts';
import type { FromEngine, ToEngine } from './engine.ts';

/** Signals within this time are one. */
const TWICE_MS = 100;

/** Waits until what was written has left the process; a reader that went away is not an error. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/** Who stops reading results wants no more of them; who stops reading messages may still want the results. */
function quietPipes(): void {
  const gone = (then: () => void) => (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    then();
  };
  process.stdout.on(
    'error',
    gone(() => process.exit(Exit.ok)),
  );
  process.stderr.on(
    'error',
    gone(() => {}),
  );
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
  let stopped: { readonly code: number; readonly at: number } | undefined;
  const stop = (code: number): void => {
    const now = performance.now();
    // A terminal and a parent process may both pass on one key press.
    if (stopped !== undefined && now - stopped.at > TWICE_MS) process.exit(code);
    if (stopped !== undefined) return;
    stopped = { code, at: now };
    engine.postMessage({ kind: 'abort' } satisfies ToEngine);
  };
  process.on('SIGINT', () => stop(Exit.interrupted));
  process.on('SIGTERM', () => stop(Exit.terminated));
  const end = async (code: number): Promise<void> => {
    await Promise.all([flush(process.stdout), flush(process.stderr)]);
    process.exit(code);
  };
  engine.on('message', (message: FromEngine) => {
    if (message.kind === 'write') (message.stream === 'out' ? process.stdout : process.stderr).write(message.text);
    else void end(message.code === Exit.interrupted ? (stopped?.code ?? message.code) : message.code);
  });
  engine.on('error', (error: NodeJS.ErrnoException) => {
    const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    const remedy = 'use a smaller batch or rank, or node --max-old-space-size';
    const text = isMemory ? `rankwise: JavaScript has the memory it needs; got none; ${remedy}` : error.stack;
    process.stderr.write(`${text ?? error.message}\n`);
    void end(isMemory ? Exit.memory : Exit.unexpected);
  });
  engine.on('exit', () => void end(Exit.unexpected));
}

main();
