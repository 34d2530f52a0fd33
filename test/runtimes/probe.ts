/** What a runtime reports of itself. Bundled with the laws (or without), it runs wherever JavaScript and WebAssembly do. */

import { runLaws, type Laws } from './collect.ts';
import { compiledHashes, type Hashes, trainingHashes } from './hashes.ts';
import { kernelHashes } from './kernels.ts';
import { type Naive, naiveLoop } from './naive.ts';

export interface Report {
  readonly runtime: string;
  /** To be equal to the committed ones. */
  readonly hashes: Hashes;
  readonly training: Hashes;
  /** To be equal in all runtimes of a run. */
  readonly kernels: Hashes;
  readonly laws: Laws;
  readonly naive: Naive;
}

/** What the host calls itself. */
export function runtimeName(): string {
  const host = globalThis as {
    Deno?: { version: { deno: string } };
    Bun?: { version: string };
    process?: { versions?: { node?: string }; arch?: string };
    navigator?: { userAgent?: string };
  };
  if (host.Deno !== undefined) return `Deno ${host.Deno.version.deno}`;
  if (host.Bun !== undefined) return `Bun ${host.Bun.version}`;
  if (host.process?.versions?.node !== undefined) return `Node ${host.process.versions.node} ${host.process.arch}`;
  return host.navigator?.userAgent ?? 'unknown';
}

/** `calls` of the naive loop; slow machines take fewer. */
export async function probe(calls: number): Promise<Report> {
  return {
    runtime: runtimeName(),
    hashes: compiledHashes(),
    training: await trainingHashes(),
    kernels: kernelHashes(),
    laws: await runLaws(),
    naive: naiveLoop(calls),
  };
}
