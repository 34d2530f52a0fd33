/**
 * The contraction kernel against what the engine can do at best: its own tile on packed data in the first-level cache,
 * timed in the same round; and against three plain loops. `npx tsx bench/kernels/gemm.bench.ts [name ...] [--dtype f32]`
 * CPU time of this process, rounds in turn, medians of the ratios of rounds. Names are parts of shapes' names.
 */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import asc from 'assemblyscript/asc';
import { arrayOf, bytesOf, type Real, type RealArray, viewOf } from '../../src/dtype.ts';
import { gemm, type gemmFields, KC } from '../../src/kernels/gemm.ts';
import { HEAD_BYTES, layoutOf, type Sample } from '../../src/kernels/kernel.ts';
import { seeded } from '../../test/support/random.ts';
import { printTable } from '../suite.ts';
import { gemmShapes, type Shape } from './gemmShapes.ts';

/** A build of its own: the shipped one has no probe. */
const ENTRY = `
import { gemm } from './assembly/level3/gemm';
import { EDGE, EDGE_ROWS, GemmArgs, place, Plan, stepsOf } from './assembly/level3/plan';
import { tile, wideTile } from './assembly/level3/ukr';
export function gemm_f32(a: usize): void { gemm<f32>(changetype<GemmArgs>(a)); }
export function gemm_f64(a: usize): void { gemm<f64>(changetype<GemmArgs>(a)); }
function probe<T>(turns: i32, at: usize): void {
  const g = changetype<Plan>(at);
  g.k = ${KC};
  place<T>(g, 6);
  stepsOf<T>(g, 0, ${KC}, true, true);
  g.more = false;
  g.ra = sizeof<T>();
  const which = wideTile<T>(6, sizeof<T>());
  for (; turns > 0; turns--) tile<T>(g, which, at + 16384, at + 32768, at + EDGE, at + EDGE_ROWS);
}
export function l1_f32(turns: i32, at: usize): void { probe<f32>(turns, at); }
export function l1_f64(turns: i32, at: usize): void { probe<f64>(turns, at); }
`;
const PROBE_BYTES = 65536;

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];
  const { error, stderr } = await asc.main(['entry.ts', '-o', 'out.wasm', '--use', 'abort=', ...options], {
    readFile: (name: string) => {
      if (name === 'entry.ts') return ENTRY;
      try {
        return readFileSync(name, 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name: string, contents: Uint8Array | string) => {
      if (typeof contents !== 'string') binary = Uint8Array.from(contents);
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new Error(stderr.toString());
  return binary;
}

type Call = Sample<typeof gemmFields>;
type Exports = Record<string, (first: number, second?: number) => void>;

/** Memory, and the kernels on it. */
class Machine {
  readonly exports: Exports;
  readonly #memory = new WebAssembly.Memory({ initial: 4096, maximum: 65536 });
  #top = 65536;

  constructor(binary: Uint8Array<ArrayBuffer>) {
    const module = new WebAssembly.Module(binary);
    this.exports = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports as Exports;
  }

  take(bytes: number): number {
    const at = this.#top;
    this.#top = (at + bytes + 127) & ~63;
    return at;
  }

  /** Forgets what was taken since. */
  release(mark: number): void {
    this.#top = mark;
  }

  #put(value: Float64Array | Int32Array, dtype: Real): number {
    const as = value instanceof Int32Array ? 'i32' : dtype;
    const at = this.take(value.length * bytesOf(as));
    viewOf(as, this.#memory.buffer, at, value.length).set(value as never);
    return at;
  }

  /** Writes a call's block and operands; returns the address of the block. */
  block(call: Call, dtype: Real): number {
    const { slots, bytes } = layoutOf(gemm);
    const at = this.take(bytes);
    const work = this.take(gemm.scratch!(call as never, bytesOf(dtype)));
    const words = new Int32Array(this.#memory.buffer);
    words.set([0, gemm.tasks(call as never), work], at >> 2);
    for (const { name, offset } of slots) {
      const value = (call as Record<string, unknown>)[name];
      words[(at + Math.max(offset, HEAD_BYTES)) >> 2] =
        typeof value === 'number' ? value : value === null ? 0 : this.#put(value as Float64Array, dtype);
    }
    return at;
  }

  fill(at: number, bytes: number, dtype: Real): void {
    viewOf(dtype, this.#memory.buffer, at, bytes / bytesOf(dtype)).fill(0.5 as never);
  }
}

/** CPU time in microseconds. */
function clock(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** GFLOP/s of a function that does `flops`, in a burst of about `micros`. */
function rate(run: (turns: number) => void, flops: number, turns: number): number {
  const start = clock();
  run(turns);
  return (flops * turns) / Math.max(1, clock() - start) / 1e3;
}

/** How often to run in a burst, found after a warm-up long enough for the optimising compiler. */
function turnsIn(run: (turns: number) => void, micros: number): number {
  const warm = clock() + 10 * micros;
  for (let k = 0; k < 3 || clock() < warm; k++) run(1);
  for (let turns = 1; ; turns *= 2) {
    const start = clock();
    run(turns);
    const spent = clock() - start;
    if (spent > micros) return Math.max(1, Math.round((turns * micros) / spent));
  }
}

const median = (x: readonly number[]): number => [...x].sort((a, b) => a - b)[x.length >> 1]!;

/** C = A B by three loops over typed arrays, i-k-j. */
function plain(m: number, n: number, k: number, dtype: Real): (turns: number) => void {
  const array = (size: number): RealArray => {
    const x = arrayOf(dtype, size) as RealArray;
    const random = seeded(size);
    for (let i = 0; i < size; i++) x[i] = random();
    return x;
  };
  const [A, B, C] = [m * k, k * n, m * n].map(array);
  return (turns) => {
    for (let t = 0; t < turns; t++) {
      C!.fill(0);
      for (let i = 0; i < m; i++) {
        for (let p = 0; p < k; p++) {
          const x = A![i * k + p]!;
          for (let j = 0; j < n; j++) C![i * n + j]! += x * B![p * n + j]!;
        }
      }
    }
  };
}

interface Options {
  readonly rounds: number;
  readonly micros: number;
}

/** One row: the shape, GFLOP/s, per cent of the limit in the median and the best round, ratio to plain loops. */
function measure(machine: Machine, shape: Shape, dtype: Real, { rounds, micros }: Options): string[] {
  const mark = machine.take(0);
  const probe = machine.take(PROBE_BYTES);
  machine.fill(probe, PROBE_BYTES, dtype);
  const limit = machine.exports[`l1_${dtype}`]!;
  const call = shape.call(seeded(1));
  const { batch, m, n, k } = call;
  const kernel = machine.exports[`gemm_${dtype}`]!;
  const at = machine.block(call, dtype);
  const flops = gemm.flops!(call as never);
  const tasks = [
    { run: (turns: number) => limit(turns, probe), flops: 2 * 12 * (16 / bytesOf(dtype)) * KC },
    {
      run: (turns: number) => {
        for (let t = 0; t < turns; t++) kernel(at);
      },
      flops,
    },
    ...(shape.plain ? [{ run: plain(m, n, k, dtype), flops: flops / batch }] : []),
  ].map((task) => ({ ...task, turns: turnsIn(task.run, micros) }));
  const seen = Array.from({ length: rounds }, () => tasks.map(({ run, flops, turns }) => rate(run, flops, turns)));
  machine.release(mark);
  const share = seen.map(([l1, own]) => (100 * own!) / l1!);
  const own = median(seen.map((round) => round[1]!));
  return [
    `${dtype} ${shape.name}`,
    own.toFixed(1),
    median(share).toFixed(0),
    Math.max(...share).toFixed(0),
    (flops / own / 1e3).toFixed(2),
    shape.plain ? median(seen.map((round) => round[1]! / round[2]!)).toFixed(1) : '',
  ];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dtype: { type: 'string', multiple: true, default: ['f32', 'f64'] },
    rounds: { type: 'string', default: '9' },
    ms: { type: 'string', default: '20' },
  },
});
const machine = new Machine(await compile());
const wanted = gemmShapes.filter(({ name }) => positionals.length === 0 || positionals.some((p) => name.includes(p)));
const rows: string[][] = [['shape', 'GFLOP/s', '% of L1', 'best', 'µs', 'x plain']];
for (const dtype of values.dtype as Real[]) {
  for (const shape of wanted) {
    rows.push(measure(machine, shape, dtype, { rounds: Number(values.rounds), micros: Number(values.ms) * 1e3 }));
  }
}
printTable(rows);
