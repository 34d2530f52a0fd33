/**
 * A worker at the edge, as a user builds it: a model trained by the command line, the packed package, a bundler, workerd.
 * It has to fit the narrowest platforms (1 MB compressed, 10 ms of processor time a request, 64 MB of wasm memory) and
 * to predict what Node predicts. Local workerd enforces no limits, so they are measured from outside.
 */

import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { digits } from '../../src/io/digits.ts';
import { CLI, inFolder, packed } from './packed.ts';
import { temporary } from './programs.ts';
import { cpuSeconds } from './service.ts';
import type { Tally } from './tally.ts';
import { DATES, EDGE_CONDITIONS, type Served, serve } from './workerd.ts';

const SOURCES = 'test/runtimes/edge';
const MOST_BYTES = 1_000_000;
const MOST_MILLISECONDS = 10;
const MOST_MEMORY = 64 * 2 ** 20;
const REQUESTS = 200;

/** The writers of the test digits wrote none of the training digits. */
const LEARNED = 0.85;

interface Answer {
  readonly class: number;
  readonly probabilities: readonly number[];
  readonly memory: number;
}

/** Trains a low-rank network on the digits in a project, and puts the workers beside it. */
async function train(project: string): Promise<void> {
  const model = ['--data', 'digits', '--model', 'mlp', '--format', 'ttMatrix', '--rank', '0.2'];
  const descent = ['--optimizer', 'adam', '--lr', '0.003', '--epochs', '20', '--seed', '1'];
  await inFolder(project, [process.execPath, CLI, 'train', ...model, ...descent, '--out', 'run', '--json']);
  copyFileSync(join(project, 'run/model.safetensors'), join(project, 'model.safetensors'));
  for (const name of readdirSync(SOURCES)) copyFileSync(join(SOURCES, name), join(project, name));
}

/** What the same worker answers in this Node. */
async function inNode(project: string): Promise<Answer[]> {
  const outfile = join(project, 'node.mjs');
  const loader = { '.safetensors': 'binary' } as const;
  const entryPoints = [join(project, 'worker.js')];
  const node = { platform: 'node', target: 'node20', format: 'esm' } as const;
  await build({ entryPoints, bundle: true, ...node, loader, outfile, logLevel: 'error' });
  const { default: worker } = (await import(pathToFileURL(outfile).href)) as {
    default: { fetch(request: Request): Promise<Response> };
  };
  const answers: Answer[] = [];
  for (let k = 0; k < REQUESTS; k++) {
    const request = new Request('http://edge/', { method: 'POST', body: JSON.stringify(pixelsOf(k)) });
    answers.push((await (await worker.fetch(request)).json()) as Answer);
  }
  return answers;
}

/** Bundles a worker of a project into a folder of its own. */
async function bundled(project: string, entry: string, conditions: readonly string[]): Promise<string> {
  const outdir = temporary('edge');
  await build({
    entryPoints: { worker: join(project, entry) },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    conditions: [...conditions],
    loader: { '.wasm': 'copy', '.safetensors': 'copy' },
    assetNames: '[name]',
    outdir,
    logLevel: 'error',
  });
  return outdir;
}

/** The k-th test digit, row by row. */
function pixelsOf(k: number): number[] {
  const { test } = digits();
  return Array.from(test.images.subarray(64 * k, 64 * (k + 1)));
}

async function ask({ url, service }: Served, pixels: readonly number[]): Promise<Answer> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(pixels) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}: ${service.output()}`);
  return JSON.parse(text) as Answer;
}

/** Lines for answers that differ from Node's in any bit. */
function differing(answers: readonly Answer[], wanted: readonly Answer[]): string[] {
  const show = ({ class: digit, probabilities }: Answer): string => `${digit} of [${probabilities.join(', ')}]`;
  return answers.flatMap((answer, k) => {
    const [got, want] = [show(answer), show(wanted[k]!)];
    return got === want ? [] : [`digit ${k} is ${got}, in Node ${want}`];
  });
}

async function measure(tally: Tally, served: Served, wanted: readonly Answer[]): Promise<void> {
  const answers: Answer[] = [];
  const times: number[] = [];
  let cpu = 0;
  for (let k = 0; k < REQUESTS; k++) {
    const pixels = pixelsOf(k);
    const begin = performance.now();
    answers.push(await ask(served, pixels));
    times.push(performance.now() - begin);
    // The first request compiles; what follows is what a request costs.
    if (k === 0) cpu = cpuSeconds(served.service.pid) ?? Number.NaN;
  }
  cpu = (1000 * ((cpuSeconds(served.service.pid) ?? Number.NaN) - cpu)) / (REQUESTS - 1);
  const { labels } = digits().test;
  const right = answers.filter((answer, k) => answer.class === labels[k]).length;
  const learned = right >= LEARNED * REQUESTS ? [] : [`only ${right} of ${REQUESTS} digits are right`];
  const same = [...differing(answers, wanted), ...learned];
  tally.check('edge: predicts what Node predicts', same, `${REQUESTS} digits, ${right} right`);
  const sorted = times.slice(1).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  const spent = Number.isNaN(cpu) ? median : cpu;
  const detail = `${cpu.toFixed(2)} ms of processor; from outside first ${times[0]!.toFixed(1)} ms, median ${median.toFixed(2)} ms`;
  tally.check(
    `edge: a request costs at most ${MOST_MILLISECONDS} ms`,
    spent <= MOST_MILLISECONDS ? [] : [detail],
    detail,
  );
  const memory = Math.max(...answers.map((answer) => answer.memory));
  const mib = `${(memory / 2 ** 20).toFixed(1)} MiB`;
  tally.check('edge: wasm memory at most 64 MiB', memory <= MOST_MEMORY ? [] : [mib], mib);
}

function checkSize(tally: Tally, folder: string): void {
  const files = readdirSync(folder).filter((name) => /\.(?:js|wasm|safetensors)$/.test(name));
  const sizes = files.map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const detail = `${total} bytes gzip: ${files.map((name, k) => `${name} ${sizes[k]}`).join(', ')}`;
  tally.check('edge: script, kernels and model at most 1 MB', total <= MOST_BYTES ? [] : [detail], detail);
}

/** One way to build and serve the worker: a few answers must be Node's. */
async function variant(
  tally: Tally,
  name: string,
  command: readonly string[],
  folder: string,
  date: string,
  wanted: readonly Answer[],
): Promise<void> {
  await tally.guard(`edge: ${name}`, async () => {
    const served = await serve(command, folder, date);
    try {
      const answers = [];
      for (let k = 0; k < 5; k++) answers.push(await ask(served, pixelsOf(k)));
      tally.check(`edge: ${name}`, differing(answers, wanted));
    } finally {
      await served.service.stop();
    }
  });
}

/** Trains, bundles, serves, asks. */
export async function testEdge(tally: Tally, command: readonly string[]): Promise<void> {
  const project = await packed();
  await train(project);
  const wanted = await inNode(project);
  const folder = await bundled(project, 'worker.js', EDGE_CONDITIONS);
  checkSize(tally, folder);
  const served = await serve(command, folder, DATES.recent);
  try {
    await measure(tally, served, wanted);
  } finally {
    await served.service.stop();
  }
  await variant(tally, 'an old compatibility date', command, folder, DATES.old, wanted);
  const plain = await bundled(project, 'module.js', []);
  await variant(tally, 'init({ module }) without the condition workerd', command, plain, DATES.recent, wanted);
}
