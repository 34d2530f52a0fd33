/**
 * Random programs of operations, views, inner scopes, recomputation, operations of the user and inner gradients: the same
 * bits on both backends, in and outside of scopes, with kept leaves, and nothing is left behind.
 */

import type { Backend } from '../../src/backend/backend.ts';
import { type Real, realDtypes } from '../../src/dtype.ts';
import { add, less, mul, sub } from '../../src/ops/binary.ts';
import { broadcastTo } from '../../src/ops/broadcast.ts';
import { concat } from '../../src/ops/concat.ts';
import { contiguous } from '../../src/ops/contiguous.ts';
import { einsum } from '../../src/ops/einsum/einsum.ts';
import { custom, grad, recompute, stopGradient, valueAndGrad, vjp } from '../../src/ops/grad.ts';
import { layerNorm } from '../../src/ops/layerNorm.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { pad } from '../../src/ops/pad.ts';
import { sum } from '../../src/ops/reduce.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { slice } from '../../src/ops/slice.ts';
import { softmax } from '../../src/ops/softmax.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { sin, square, tanh } from '../../src/ops/unary.ts';
import { where } from '../../src/ops/where.ts';
import { ones, tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { dispose, keep, scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { firstDifference } from '../support/kernelcall.ts';
import { leakFree } from '../support/leaks.ts';
import { seeded } from '../support/random.ts';
import { suite } from '../support/test.ts';

const test = suite('programs');
const RUNS = 40;
const LEAVES = 3;

/** Draws whole numbers; the same ones for the same seed. */
type Draw = (below: number) => number;

/** One step of a program on matrices x and y of one shape; `body` is a smaller program on two. */
type Move = (x: Tensor, y: Tensor, draw: Draw, body: (x: Tensor, y: Tensor) => Tensor) => Tensor;

const moves: readonly Move[] = [
  (x, y) => add(x, y),
  (x, y) => mul(x, y),
  (x, y) => sub(x, y),
  (x) => tanh(x),
  (x) => sin(x),
  (x, y) => matmul(x, matmul(transpose(y), x)),
  (x, y) => einsum('ij,kj,kl->il', x, y, x),
  (x) => reshape(transpose(reshape(x, [x.shape[1]!, x.shape[0]!])), x.shape),
  (x) => pad(slice(x, [null, [1]]), [[0, 0], [1, 0]]), // biome-ignore format: pairs
  (x, y) => concat([slice(y, [[1]]), slice(x, [[0, 1]])]),
  (x, y) => add(x, sum(y, 0, true)),
  (x, _, draw) => softmax(x, draw(2)),
  (x, y) => layerNorm(x, { gamma: slice(y, [0]), beta: slice(x, [-1]), eps: 0.1 }),
  (x, y) => where(less(x, y), x, mul(y, 0.3)),
  (x) => broadcastTo(slice(x, [[0, 1]]), x.shape),
  (x) => contiguous(transpose(contiguous(transpose(x)))),
  (x, y) => add(stopGradient(x), y),
  (x, y, _, body) => scope(() => body(x, y)),
  (x, y, _, body) => recompute((a, b) => body(a!, b!), [x, y]),
  (x, y, _, body) => grad((a: Tensor) => sum(mul(body(a, y), x)))(x),
  (x, y, _, body) => {
    const { value, gradients } = vjp((a) => body(a!, x), [y], x);
    return add(value, gradients[0]!);
  },
  (x, y) => {
    // Closes over a tensor that no tape has seen.
    const mask = mul(ones(x.shape, x.dtype), 0.5);
    const product = (a: Tensor, b: Tensor): Tensor => mul(mul(a, b), mask);
    return custom({ name: 'masked', forward: product, vjp: (g, [a, b]) => [product(g, b!), product(g, a!)] }, [x, y]);
  },
];

/** The program of a seed: a number for three matrices. */
function program(seed: number): (leaves: readonly Tensor[]) => Tensor {
  return (leaves) => {
    const random = seeded(seed);
    const draw: Draw = (n) => Math.floor(((random() + 1) / 2) * n);
    const build = (start: readonly Tensor[], steps: number, depth: number): Tensor => {
      const pool = [...start];
      for (let k = 0; k < steps; k++) {
        const [x, y] = [pool[draw(pool.length)]!, pool[draw(pool.length)]!];
        const move = moves[draw(moves.length)]!;
        const body = (a: Tensor, b: Tensor): Tensor => (depth > 0 ? build([a, b], 2, depth - 1) : sin(mul(a, b)));
        pool.push(mul(move(x, y, draw, body), 0.7));
      }
      return pool.at(-1)!;
    };
    return sum(square(build(leaves, 7, 2)));
  };
}

/** Value, gradients, what is handed out beside them, and the gradient of a function of the gradients. */
function results(seed: number, leaves: readonly Tensor[]): Tensor[] {
  const f = program(seed);
  const first = valueAndGrad((xs: readonly Tensor[]) => {
    const value = f(xs);
    return { value, aux: [value, xs[0]!] };
  })(leaves);
  const second = grad((xs: readonly Tensor[]) => grad(f)(xs).reduce((s, g) => add(s, sum(sin(g))), sum(xs[0]!)))(
    leaves,
  );
  return [first.value, ...first.grad, ...first.aux, ...second];
}

type Way = (make: () => Tensor[], run: (leaves: readonly Tensor[]) => Tensor[]) => Tensor[];

const ways: Readonly<Record<string, Way>> = {
  outside: (make, run) => run(make()),
  'in a scope': (make, run) => scope(() => run(make().map((x) => add(x, 0)))),
  'in scopes in a scope': (make, run) =>
    scope(() => {
      const leaves = make();
      return scope(() => run(leaves));
    }),
  kept: (make, run) => {
    const leaves = keep(make());
    try {
      return run(leaves);
    } finally {
      dispose(leaves);
    }
  },
};

const wasm = wasmBackend({ canary: true });
const reference = referenceBackend();

function outcome(on: Backend, way: Way, seed: number, real: Real): ReturnType<typeof dataSync>[] {
  const random = seeded(seed + 1);
  const shape = [1 + (seed % 4), 1 + (seed % 3)];
  const make = (): Tensor[] =>
    Array.from({ length: LEAVES }, () =>
      tensor(Float64Array.from({ length: shape[0]! * shape[1]! }, random), shape, real),
    );
  return leakFree(on, () => {
    let read: ReturnType<typeof dataSync>[] = [];
    // Kept leaves are gone afterwards, and results may be views of them.
    way(make, (leaves) => {
      const found = results(seed, leaves);
      read = found.map((x) => dataSync(x));
      return found;
    });
    return read;
  });
}

test('mean the same everywhere and leave nothing', () => {
  const first = Number(process.env.RANKWISE_SEED ?? 1) * 1000;
  for (let seed = first; seed < first + RUNS; seed++) {
    const real = realDtypes[seed % 2]!;
    const want = outcome(reference, ways.outside!, seed, real);
    for (const [name, way] of Object.entries(ways)) {
      for (const on of [wasm, reference]) {
        outcome(on, way, seed, real).forEach((x, k) => {
          const at = firstDifference(x, want[k]!);
          if (at < 0) return;
          throw new Error(
            `program ${seed}, ${real}, ${on.name}, ${name}: result ${k} [${at}] is ${x[at]}, not ${want[k]![at]}`,
          );
        });
      }
    }
  }
});

test.run();
