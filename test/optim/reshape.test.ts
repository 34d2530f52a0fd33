/** Optimizer state when ranks change. */

import { adam } from '../../src/optim/adam.ts';
import type { Leaves, Optimizer, OptimizerState, RankChange } from '../../src/optim/optimizer.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync, toArray } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { product } from '../support/oracle.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('reshape');

const hyper = { learningRate: 0.01, gradientScale: 1, decays: () => false, donate: false };
const random = (shape: number[], seed: number): ReturnType<typeof tensor> => {
  const next = seeded(seed);
  return tensor(Float64Array.from({ length: shape.reduce((n, m) => n * m, 1) }, next), shape);
};

/** State of leaves core0 [4, 3], core1 [3, 5] after three updates. */
function worn(optimizer: Optimizer): { leaves: Leaves; state: OptimizerState } {
  let leaves: Leaves = new Map([
    ['w.core0', random([4, 3], 1)],
    ['w.core1', random([3, 5], 2)],
  ]);
  let state = optimizer.init(leaves);
  for (let k = 0; k < 3; k++) {
    const gradients = new Map([
      ['w.core0', random([4, 3], 10 + k)],
      ['w.core1', random([3, 5], 20 + k)],
    ]);
    ({ leaves, state } = optimizer.update(leaves, gradients, state, hyper));
  }
  return { leaves, state };
}

const matrix = [
  [1, 0.5],
  [-2, 0],
  [0.25, 3],
]; // [from 3, to 2]
const transposed = [
  [1, -2, 0.25],
  [0.5, 0, 3],
];
const squared = (rows: number[][]): number[][] => rows.map((row) => row.map((x) => x * x));

/** The rank between the two cores goes from 3 to 2. */
const narrower: Leaves = new Map([
  ['w.core0', random([4, 2], 3)],
  ['w.core1', random([2, 5], 4)],
]);
const change = (known: boolean): RankChange => {
  const how = { from: 3, to: 2, ...(known ? { matrix: tensor(Float64Array.from(matrix.flat()), [3, 2]) } : {}) };
  return new Map([
    ['w.core0', [{ axis: 1, ...how }]],
    ['w.core1', [{ axis: 0, ...how }]],
  ]);
};

function close(got: unknown, want: number[][]): void {
  (got as number[][]).forEach((row, i) => {
    row.forEach((x, j) => assert.ok(Math.abs(x - want[i]![j]!) < 1e-14, `[${i}, ${j}] is ${x}, not ${want[i]![j]}`));
  });
}

const moments = [
  ['momentum', sgd({ momentum: 0.9 }), ['momentum']],
  ['Adam', adam(), ['m', 'v']],
] as const;
for (const [name, optimizer, slots] of moments) {
  test(`${name}: averages are moved by the matrices, of squares by their squares, and time goes on`, () => {
    scope(() => {
      const { state } = worn(optimizer);
      const after = optimizer.reshape(state, narrower, change(true));
      for (const slot of slots) {
        const by = slot === 'v' ? squared : (rows: number[][]) => rows;
        const before = (leaf: string): number[][] => toArray(state[`w/${leaf}`]!.slots![slot]!) as number[][];
        close(toArray(after['w/core0']!.slots![slot]!), product(before('core0'), by(matrix)));
        close(toArray(after['w/core1']!.slots![slot]!), product(by(transposed), before('core1')));
      }
      assert.is(after['w/core0']!.count, 3);
      optimizer.update(narrower, narrower, after, hyper);
    });
  });

  test(`${name}: without matrices, and for new leaves, state starts anew; other leaves keep theirs`, () => {
    scope(() => {
      const { leaves, state } = worn(optimizer);
      const next: Leaves = new Map([...narrower, ['w.core1', leaves.get('w.core1')!], ['new', random([2], 9)]]);
      const after = optimizer.reshape(state, next, new Map([['w.core0', change(false).get('w.core0')!]]));
      assert.equal(Object.keys(after), ['w/core0', 'w/core1', 'new']);
      assert.is(after['w/core1'], state['w/core1']);
      for (const path of ['w/core0', 'new']) {
        assert.is(after[path]!.count, 0);
        for (const slot of Object.values(after[path]!.slots!)) assert.ok(dataSync(slot).every((x: number) => x === 0));
      }
      optimizer.update(next, next, after, hyper);
    });
  });
}

test('a step after a change of ranks is no larger than Adam makes them', () => {
  scope(() => {
    const { state } = worn(adam());
    const after = adam().reshape(state, narrower, change(true));
    const small: Leaves = new Map(
      [...narrower].map(([path, x]) => [path, tensor(new Float64Array(x.size).fill(1e-6), x.shape)]),
    );
    const { leaves } = adam().update(narrower, small, after, hyper);
    for (const [path, x] of leaves) {
      const from = dataSync(narrower.get(path)!);
      const largest = Math.max(...Array.from(dataSync(x), (y, k) => Math.abs(y - from[k]!)));
      assert.ok(largest < 5 * hyper.learningRate, `${path} moves by ${largest}`);
    }
  });
});

test.run();
