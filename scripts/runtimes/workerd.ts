/** workerd: a worker is a config, its modules, and a port. The package is resolved with the condition `workerd`. */

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../test/runtimes/probe.ts';
import { bundle, lawFiles } from './bundle.ts';
import { temporary } from './programs.ts';
import { freePort, listening, residentBytes, type Service, start } from './service.ts';

/** As bundlers of edge platforms do. */
export const EDGE_CONDITIONS: readonly string[] = ['workerd', 'worker', 'browser'];

/** An old date, from before workers had FinalizationRegistry, and a recent one. */
export const DATES = { old: '2024-01-01', recent: '2026-06-01' } as const;

export interface Served {
  readonly service: Service;
  readonly url: string;
}

/** How a file of a worker is declared, by its ending. */
const KINDS: Readonly<Record<string, string>> = { js: 'esModule', wasm: 'wasm', safetensors: 'data' };

/** Serves a folder whose `worker.js` is the main module. */
export async function serve(command: readonly string[], folder: string, date: string): Promise<Served> {
  const port = await freePort();
  const names = readdirSync(folder).filter((name) => KINDS[name.split('.').pop()!] !== undefined);
  const ordered = ['worker.js', ...names.filter((name) => name !== 'worker.js')];
  const modules = ordered.map((name) => `(name = "${name}", ${KINDS[name.split('.').pop()!]} = embed "${name}")`);
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (compatibilityDate = "${date}", modules = [${modules.join(', ')}]);
`;
  writeFileSync(join(folder, 'config.capnp'), config);
  const [program, ...args] = command;
  const service = start(program!, [...args, 'serve', 'config.capnp'], folder);
  try {
    await listening(service, port);
  } catch (cause) {
    await service.stop();
    throw cause;
  }
  return { service, url: `http://127.0.0.1:${port}` };
}

async function ask<T>({ service, url }: Served, path: string): Promise<T> {
  const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(900_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}: ${service.output()}`);
  return JSON.parse(text) as T;
}

/** Runs the probe inside a worker. The naive loop is watched from outside, since a worker cannot see its memory. */
export async function probeWorkerd(
  command: readonly string[],
  calls: number,
): Promise<{ report: Report; naive: Report['naive']; host: Report['naive']['host'] }> {
  const folder = temporary('workerd');
  const options = { laws: lawFiles().files, conditions: EDGE_CONDITIONS };
  await bundle('test/runtimes/hosts/worker.ts', folder, 'worker', options);
  const served = await serve(command, folder, DATES.recent);
  try {
    const report = await ask<Report>(served, '/?calls=1000');
    const before = residentBytes(served.service.pid);
    const naive = await ask<Report['naive']>(served, `/naive?calls=${calls}`);
    return { report, naive, host: [before, residentBytes(served.service.pid)] };
  } finally {
    await served.service.stop();
  }
}
