/** Optimizers against their papers' recursions, written for one number, over several steps. */

import { DtypeError, ShapeError } from '../../src/errors.ts';
import { adam, adamw } from '../../src/optim/adam.ts';
import type { Hyper, Leaves, Optimizer, OptimizerState } from '../../src/optim/optimizer.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { slice } from '../../src/ops/slice.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { ones, tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { dispose, keep, scope } from '../../src/tensor/scope.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('optimizers');

const STEPS = 7;
const SIZES: Readonly<Record<string, number[]>> = { 'a.weight.core0': [3, 5], 'a.bias': [5], b: [] };
const hyper = (k: number, donate = false): Required<Hyper> => ({
  learningRate: 0.1 / (k + 1),
  gradientScale: k === 3 ? 0.25 : 1,
  decays: (path) => path !== 'a.bias',
  rateOf: (path) => (path === 'a.weight.core0' ? 3 : 1),
  donate,
});

/** Leaves of random numbers; others for another seed. */
function random(seed: number, dtype: 'f32' | 'f64'): Leaves {
  const next = seeded(seed);
  return new Map(
    Object.entries(SIZES).map(([path, shape]) => {
      const count = shape.reduce((n, m) => n * m, 1);
      return [path, tensor(Float64Array.from({ length: count }, next), shape, dtype)];
    }),
  );
}

/** The numbers of all leaves after STEPS updates. */
function run(optimizer: Optimizer, dtype: 'f32' | 'f64', donate: boolean): Record<string, number[]> {
  return scope(() => {
    let leaves = random(1, dtype);
    let state: OptimizerState = optimizer.init(leaves);
    for (let k = 0; k < STEPS; k++)
      ({ leaves, state } = optimizer.update(leaves, random(10 + k, dtype), state, hyper(k, donate)));
    return Object.fromEntries([...leaves].map(([path, x]) => [path, [...dataSync(x)]]));
  });
}

/** One number's state: what a recursion needs from step to step. */
type Memory = Record<string, number>;
interface Now {
  /** The scaled gradient. */
  readonly g: number;
  readonly rate: number;
  /** Weight decay of this number. */
  readonly decay: number;
  /** From 1. */
  readonly t: number;
}

interface Case {
  readonly name: string;
  readonly optimizer: Optimizer;
  readonly decay: number;
  readonly next: (x: number, memory: Memory, now: Now) => number;
}

/** Kingma & Ba 2015, algorithm 1. */
function adamStep(x: number, memory: Memory, { g, rate, t }: Now, beta1 = 0.9, beta2 = 0.999): number {
  memory.m = beta1 * (memory.m ?? 0) + (1 - beta1) * g;
  memory.v = beta2 * (memory.v ?? 0) + (1 - beta2) * g * g;
  const m = memory.m / (1 - beta1 ** t);
  const v = memory.v / (1 - beta2 ** t);
  return x - (rate * m) / (Math.sqrt(v) + 1e-8);
}

const cases: readonly Case[] = [
  { name: 'sgd', optimizer: sgd(), decay: 0, next: (x, _, { g, rate }) => x - rate * g },
  {
    name: 'sgd with weight decay',
    optimizer: sgd({ weightDecay: 0.3 }),
    decay: 0.3,
    next: (x, _, { g, rate, decay }) => x - rate * (g + decay * x),
  },
  {
    name: 'momentum',
    optimizer: sgd({ momentum: 0.8, weightDecay: 0.1 }),
    decay: 0.1,
    next: (x, memory, { g, rate, decay }) => {
      memory.b = 0.8 * (memory.b ?? 0) + g + decay * x;
      return x - rate * memory.b;
    },
  },
  {
    name: 'Nesterov',
    optimizer: sgd({ momentum: 0.8, nesterov: true }),
    decay: 0,
    next: (x, memory, { g, rate }) => {
      memory.b = 0.8 * (memory.b ?? 0) + g;
      return x - rate * (g + 0.8 * memory.b);
    },
  },
  {
    name: 'Adam',
    optimizer: adam({ weightDecay: 0.2 }),
    decay: 0.2,
    next: (x, memory, now) => adamStep(x, memory, { ...now, g: now.g + now.decay * x }),
  },
  {
    name: 'Adam with other betas',
    optimizer: adam({ beta1: 0.5, beta2: 0.7 }),
    decay: 0,
    next: (x, memory, now) => adamStep(x, memory, now, 0.5, 0.7),
  },
  {
    name: 'AdamW',
    optimizer: adamw({ weightDecay: 0.2 }),
    decay: 0.2,
    next: (x, memory, now) => adamStep(x * (1 - now.rate * now.decay), memory, now),
  },
  {
    name: 'AdamW as it comes',
    optimizer: adamw(),
    decay: 0.01,
    next: (x, memory, now) => adamStep(x * (1 - now.rate * now.decay), memory, now),
  },
];

for (const { name, optimizer, decay, next } of cases) {
  test(`${name} follows its recursion`, () => {
    const got = run(optimizer, 'f64', true);
    const gradients = Array.from({ length: STEPS }, (_, k) => random(10 + k, 'f64'));
    for (const [path, start] of random(1, 'f64')) {
      dataSync(start).forEach((first: number, i: number) => {
        const memory: Memory = {};
        let x = first;
        for (let k = 0; k < STEPS; k++) {
          const { learningRate, gradientScale, decays, rateOf } = hyper(k);
          const rate = learningRate * rateOf(path);
          const g = dataSync(gradients[k]!.get(path)!)[i]! * gradientScale;
          x = next(x, memory, { g, rate, decay: decays(path) ? decay : 0, t: k + 1 });
        }
        assert.ok(Math.abs(got[path]![i]! - x) <= 1e-13 * Math.max(1, Math.abs(x)), `${path}[${i}]`);
      });
    }
  });

  test(`${name} gives the same bits in place and in new memory`, () => {
    for (const dtype of ['f32', 'f64'] as const)
      assert.equal(run(optimizer, dtype, true), run(optimizer, dtype, false));
  });

  test(`${name} in new memory leaves its operands alone, in place it uses no other`, () => {
    scope(() => {
      const leaves = random(1, 'f32');
      const before = optimizer.init(leaves);
      const fresh = optimizer.update(leaves, random(2, 'f32'), before, hyper(0, false));
      for (const [path, x] of random(1, 'f32')) assert.equal(dataSync(leaves.get(path)!), dataSync(x));
      for (const { count, slots } of Object.values(before)) {
        assert.is(count, 0);
        for (const slot of Object.values(slots!)) assert.ok(dataSync(slot).every((x: number) => x === 0));
      }
      const again = optimizer.update(leaves, random(2, 'f32'), before, hyper(0, true));
      for (const [path, x] of again.leaves) {
        assert.is(x.storage, leaves.get(path)!.storage);
        assert.equal(dataSync(x), dataSync(fresh.leaves.get(path)!));
      }
      assert.ok(Object.values(again.state).every(({ count }) => count === 1));
    });
  });
}

test('only storage that is resident, whole and of one leaf alone is overwritten', () => {
  for (const optimizer of [sgd({ momentum: 0.9 }), adam()]) {
    const whole = keep(tensor([1, 2, 3, 4]));
    const leaves: Leaves = new Map([
      ['host', tensor([1, 2])],
      ['part', slice(whole, [[0, 2]])],
      ['tied', keep(tensor([5, 6]))],
      ['turned', transpose(keep(tensor([[1, 2], [3, 4]])))], // biome-ignore format: a matrix
    ]);
    const all: Leaves = new Map([...leaves, ['tiedToo', leaves.get('tied')!]]);
    const gradients: Leaves = new Map([...all].map(([path, x]) => [path, ones(x.shape)]));
    const before = new Map([...all].map(([path, x]) => [path, dataSync(x)]));
    const [fresh, reused] = [false, true].map((donate) => {
      // The state stays in JavaScript memory, and a scope is not needed.
      const { leaves: after, state } = optimizer.update(all, gradients, optimizer.init(all), hyper(0, donate));
      assert.ok(Object.values(state).every(({ count }) => count === 1));
      return new Map([...after].map(([path, x]) => [path, dataSync(x)]));
    });
    assert.equal(reused, fresh);
    for (const [path, x] of all) {
      assert.equal(dataSync(x), before.get(path)!, path);
      assert.not.equal(fresh!.get(path)!, before.get(path)!, path);
    }
    assert.equal(dataSync(whole), Float32Array.of(1, 2, 3, 4));
    dispose([...leaves.values()]);
  }
});

test('a learning rate is enough', () => {
  const leaves = random(1, 'f32');
  for (const optimizer of [sgd({ weightDecay: 0.1 }), adamw()]) {
    const state = optimizer.init(leaves);
    const short = optimizer.update(leaves, random(2, 'f32'), state, { learningRate: 0.1 });
    const long = { learningRate: 0.1, gradientScale: 1, decays: () => true, donate: false };
    const full = optimizer.update(leaves, random(2, 'f32'), state, long);
    for (const [path, x] of short.leaves) assert.equal(dataSync(x), dataSync(full.leaves.get(path)!));
  }
});

test('a leaf without elements is passed through', () => {
  scope(() => {
    const leaves: Leaves = new Map([['a', tensor(new Float32Array(0), [0, 3])]]);
    const { leaves: after } = adam().update(leaves, leaves, adam().init(leaves), hyper(0));
    assert.equal(after.get('a')!.shape, [0, 3]);
  });
});

test('integers, missing gradients and foreign state are refused by path', () => {
  scope(() => {
    const a: Leaves = new Map([['x.y', tensor([1, 2, 3])]]);
    const ints: Leaves = new Map([['x.y', tensor(Int32Array.of(1, 2, 3))]]);
    const short: Leaves = new Map([['x.y', tensor([1, 2])]]);
    const { init, update } = sgd({ momentum: 0.9 });
    throws(() => update(ints, ints, init(ints), hyper(0)), DtypeError, /x\.y is f32 or f64; got i32/);
    throws(() => update(a, new Map(), init(a), hyper(0)), ShapeError, /x\.y has a gradient of shape \[3\]; got none/);
    throws(() => update(a, short, init(a), hyper(0)), ShapeError, /gradient of shape \[3\]; got \[2\]/);
    throws(() => update(a, a, init(short), hyper(0)), ShapeError, /x\.y has state of shape \[3\]; got \[2\]/);
    throws(() => update(a, a, sgd().init(a), hyper(0)), ShapeError, /x\.y has state of shape \[3\]; got none/);
  });
});

test.run();
