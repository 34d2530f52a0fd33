/** Chromium: pages from a server of this process, whose scripts post what they found. No driver is needed. */

import { readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Strict } from '../../test/runtimes/hosts/strict.ts';
import type { Report } from '../../test/runtimes/probe.ts';
import { bundle, lawFiles } from './bundle.ts';
import { temporary } from './programs.ts';
import { start } from './service.ts';

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm' };

/** Milliseconds for a page. */
const LIMIT = 900_000;

export interface Page {
  /** What the server has: files by name. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Content-Security-Policy by file name. */
  readonly policies?: Readonly<Record<string, string>>;
  /** Path and query to open. */
  readonly open: string;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** Serves the files of a page; resolves with what is posted. */
async function serve({
  files,
  policies = {},
}: Page): Promise<{ server: Server; port: number; posted: Promise<string> }> {
  let arrived: (text: string) => void = () => {};
  const posted = new Promise<string>((resolve) => {
    arrived = resolve;
  });
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      arrived(await bodyOf(request));
      response.end();
      return;
    }
    const name = new URL(request.url!, 'http://page').pathname.slice(1);
    const file = files.get(name);
    const headers: Record<string, string> = { 'Content-Type': TYPES[name.split('.').pop()!] ?? 'text/plain' };
    if (policies[name] !== undefined) headers['Content-Security-Policy'] = policies[name];
    response.writeHead(file === undefined ? 404 : 200, headers).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, posted };
}

/** Opens a page without a window, and returns what it posts. */
export async function openPage<T>(command: readonly string[], page: Page): Promise<T> {
  const { server, port, posted } = await serve(page);
  const profile = temporary('chromium');
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const args = [...command.slice(1), ...flags, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/${page.open}`];
  const browser = start(command[0]!, args);
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no report within ${LIMIT / 1000} s: ${browser.output()}`)), LIMIT);
    });
    const found = JSON.parse(await Promise.race([posted, late])) as T & { error?: string };
    if (found.error !== undefined) throw new Error(found.error);
    return found;
  } finally {
    clearTimeout(timer);
    await browser.stop();
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** A page of one script. */
export const html = (script: string): string => `<!doctype html>
<meta charset="utf-8">
<title>rankwise</title>
<link rel="icon" href="data:,">
<script type="module" src="${script}"></script>
`;

/** Runs the probe in a page. */
export async function probeChromium(command: readonly string[], calls: number): Promise<Report> {
  const folder = temporary('page');
  await bundle('test/runtimes/hosts/page.ts', folder, 'page', { laws: lawFiles().files });
  const files = new Map([
    ['page.html', html('page.js')],
    ['page.js', readFileSync(join(folder, 'page.js'), 'utf8')],
  ]);
  return openPage<Report>(command, { files, open: `page.html?calls=${calls}` });
}

const COMPILER = `WebAssembly.compileStreaming(fetch('/kernels.wasm')).then((module) => postMessage(module));`;

/** Opens a page that may not compile WebAssembly; a worker beside it may. */
export async function strictChromium(command: readonly string[]): Promise<Strict> {
  const folder = temporary('strict');
  await bundle('test/runtimes/hosts/strict.ts', folder, 'strict');
  const files = new Map<string, string | Uint8Array>([
    ['strict.html', html('strict.js')],
    ['strict.js', readFileSync(join(folder, 'strict.js'), 'utf8')],
    ['compiler.js', COMPILER],
    ['kernels.wasm', readFileSync('dist/kernels.wasm')],
  ]);
  const policies = {
    'strict.html': "default-src 'self'; img-src data:",
    'compiler.js': "default-src 'self' 'wasm-unsafe-eval'",
  };
  return openPage<Strict>(command, { files, policies, open: 'strict.html' });
}
