/** Long loops, with a look at memory on the way: what a backend has in use, and what the process has. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { backend } from '../../src/backend/current.ts';
import { svd as svdOf } from '../../src/ops/linalg/svd.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { matrix, svd } from '../../src/linalg.ts';
import { tensor } from '../../src/tensor/create.ts';
import { leaks } from '../../src/tensor/scope.ts';
import { train } from '../../src/train/train.ts';
import { convModel, methodOf, someSettings, toyTask } from './toys.ts';

const MIB = 2 ** 20;
/** Parts of the loop after the warm-up; the least resident size of each counts, since garbage comes and goes. */
const WINDOWS = 10;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export interface Soak {
  readonly rounds: number;
  /** Different states of the backend after the warm-up: blocks, bytes and bytes from the host. One means flat. */
  readonly states: readonly string[];
  /** MiB of resident size gained in 1,000 rounds, fitted to the windows. */
  readonly slope: number;
  /** Least resident size of each window, in MiB. */
  readonly sizes: readonly number[];
}

/** Takes samples while a loop of `rounds` runs; the first fifth is warm-up. */
class Sampler {
  readonly #rounds: number;
  readonly #states = new Set<string>();
  readonly #sizes: number[] = new Array(WINDOWS).fill(Number.POSITIVE_INFINITY);
  readonly #collects: boolean;

  /** `collects` takes the garbage of JavaScript away before each look at the process: what is left is what is held. */
  constructor(rounds: number, collects: boolean) {
    this.#rounds = rounds;
    this.#collects = collects;
  }

  /** After round `round`, from 1. */
  look(round: number): void {
    const warm = Math.floor(this.#rounds / 5);
    if (round <= warm) return;
    const { live, bytes, capacity } = backend().stats();
    this.#states.add(`${live} blocks, ${bytes} bytes of ${capacity}, ${leaks()} leaked`);
    if (round % Math.ceil(this.#rounds / 100) !== 0) return;
    if (this.#collects) collect();
    const window = Math.min(WINDOWS - 1, Math.floor((WINDOWS * (round - warm - 1)) / (this.#rounds - warm)));
    this.#sizes[window] = Math.min(this.#sizes[window]!, process.memoryUsage.rss() / MIB);
  }

  report(): Soak {
    const middle = (WINDOWS - 1) / 2;
    const mean = this.#sizes.reduce((a, b) => a + b) / WINDOWS;
    const rise = this.#sizes.reduce((sum, size, k) => sum + (k - middle) * (size - mean), 0);
    const spread = this.#sizes.reduce((sum, _, k) => sum + (k - middle) * (k - middle), 0);
    const thousands = (0.8 * this.#rounds) / WINDOWS / 1000;
    const sizes = this.#sizes.map((size) => Number(size.toFixed(1)));
    return { rounds: this.#rounds, states: [...this.#states], slope: rise / spread / thousands, sizes };
  }
}

/** Steps of training a small low-rank network with batch norm and dropout, by Adam. */
export async function trainingSoak(steps: number): Promise<Soak> {
  const sampler = new Sampler(steps, true);
  const task = toyTask(convModel(), { epochs: steps, maxSteps: steps });
  const run = train(task, { method: methodOf('descent', someSettings['adam with clipping']) });
  for await (const { step } of run) sampler.look(step);
  run.dispose();
  return sampler.report();
}

/** Products of two matrices, one after another, without a scope, freeing nothing: ordinary collection must suffice. */
export function matmulSoak(calls: number): Soak {
  const sampler = new Sampler(calls, false);
  const [a, b] = [1, 2].map((seed) =>
    tensor(
      Float32Array.from({ length: 1024 }, (_, k) => (k * seed) % 7),
      [32, 32],
    ),
  );
  for (let k = 1; k <= calls; k++) {
    matmul(a!, b!);
    sampler.look(k);
  }
  return sampler.report();
}

/** Singular values of small plain matrices and of a small tensor, in turn, without a scope, freeing nothing. */
export function svdSoak(calls: number): Soak {
  const sampler = new Sampler(calls, true);
  const numbers = (length: number): Float64Array => Float64Array.from({ length }, (_, k) => (k * k) % 11);
  const [typed, square] = [matrix(numbers(40), 8, 5), tensor(numbers(16), [4, 4])];
  const rows = [
    [3, 1, 2],
    [0, 4, 1],
  ];
  const call = [() => svd(typed), () => svd(rows), () => svdOf(square)];
  for (let k = 1; k <= calls; k++) {
    call[k % 3]!();
    sampler.look(k);
  }
  return sampler.report();
}
