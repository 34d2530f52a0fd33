/**
 * A page whose policy forbids compiling WebAssembly. The engine must say so and what helps; with a module that was
 * compiled elsewhere (here in a worker, whose own policy allows it) it must compute as everywhere.
 */

import { init } from '../../../src/backend/current.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { matmul } from '../../../src/ops/matmul.ts';
import { compiledHashes, type Hashes } from '../hashes.ts';

export interface Strict {
  /** The message of the refusal, or '' where the page could compile after all. */
  readonly refused: string;
  readonly hashes: Hashes;
}

function refusal(): string {
  try {
    matmul(tensor([[1]]), tensor([[1]]));
    return '';
  } catch (error) {
    return String(error);
  }
}

function compiledElsewhere(): Promise<WebAssembly.Module> {
  return new Promise((resolve, reject) => {
    const worker = new Worker('/compiler.js');
    worker.onmessage = ({ data }) => resolve(data as WebAssembly.Module);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
}

async function strict(): Promise<Strict> {
  const refused = refusal();
  init({ module: await compiledElsewhere() });
  return { refused, hashes: compiledHashes() };
}

strict()
  .catch((error: Error) => ({ error: error.stack ?? String(error) }))
  .then((found) => fetch('/report', { method: 'POST', body: JSON.stringify(found) }));
