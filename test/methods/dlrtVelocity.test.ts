/** Momentum between two steps of dynamical low-rank training: a tangent vector, projected where the tensor moves on. */

import { full } from '../../src/formats/algebra.ts';
import { lowRankWeight } from '../../src/formats/make.ts';
import { Factored, ranksOf } from '../../src/formats/network.ts';
import { dlrt } from '../../src/methods/dlrt.ts';
import { augmented } from '../../src/methods/dlrtAugment.ts';
import { cut, spectraAt } from '../../src/methods/dlrtCut.ts';
import { tangentDirections } from '../../src/methods/dlrtTangent.ts';
import { rootedOf } from '../../src/methods/dlrtTree.ts';
import { inNewColumns, velocityAfter, withVelocity } from '../../src/methods/dlrtVelocity.ts';
import { conv2d } from '../../src/nn/conv.ts';
import { linear } from '../../src/nn/linear.ts';
import { flatten } from '../../src/nn/pool.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { qr } from '../../src/ops/linalg/qr.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { eye, tensor } from '../../src/tensor/create.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { train } from '../../src/train/train.ts';
import { advance } from '../laws/method.ts';
import { distance, size } from '../laws/tree.ts';
import { plantedTask } from '../support/planted.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';
import { CLASSES, toyTask } from '../support/toys.ts';

const test = suite('velocities of dlrt');

const net = { open: ['x', 'y'], parts: { core: ['p', 'q'], left: ['x', 'p'], right: ['y', 'q'] } };

function matrix(m: number, n: number, seed: number): Tensor {
  const random = seeded(seed);
  return tensor(
    Float64Array.from({ length: m * n }, () => random()),
    [m, n],
    'f64',
  );
}

const product = (...xs: Tensor[]): Tensor => xs.reduce((a, b) => matmul(a, b));
const minus = (a: Tensor, b: Tensor): Tensor => add(a, mul(b, -1));

/** U S V' of rank 6 with singular values that fall, as a weight, and its cut to rank 3. */
function cutWeight() {
  const parts = {
    core: add(matrix(6, 6, 1), mul(eye(6, 'f64'), 3)),
    left: qr(matrix(14, 6, 2)).Q,
    right: qr(matrix(11, 6, 3)).Q,
  };
  const wide = new Factored('user', net, [[0], [1]], parts);
  const rooted = rootedOf('test', wide);
  return { wide, rooted, done: cut(wide, rooted, spectraAt(wide, rooted), { p: 3, q: 3 }) };
}

test('a cut projects the velocity on the tangent space of the new ranks, core and turning bases together', () => {
  scope(() => {
    const { wide, rooted, done } = cutWeight();
    const average = matrix(6, 6, 4);
    const { left: U, right: V, core: S } = done.node.parts as { left: Tensor; right: Tensor; core: Tensor };
    const velocity = velocityAfter(wide, done, rooted, average);
    const directions = tangentDirections(done.node, rooted, velocity);
    const [p, q] = done.change.map(({ matrix: P }) => P!) as [Tensor, Tensor];
    const core = product(transpose(p), average, q);
    const terms = [
      product(U, core, transpose(V)),
      product(directions.left!, S, transpose(V)),
      transpose(product(directions.right!, transpose(S), transpose(U))),
    ];
    const found = terms.reduce((a, b) => add(a, b));
    const whole = product(wide.parts.left!, average, transpose(wide.parts.right!));
    const outside = (Q: Tensor, x: Tensor): Tensor => minus(x, product(Q, transpose(Q), x));
    const normal = transpose(outside(V, transpose(outside(U, whole))));
    const expected = minus(whole, normal);
    assert.ok(distance(found, expected) < 1e-11 * size(whole), `${distance(found, expected)}`);
    assert.ok(size(normal) > 0.1 * size(whole), 'something is projected away');
  });
});

test('wider bases take the velocity back into the average of the core, none of it lost', () => {
  scope(() => {
    const { wide, rooted, done } = cutWeight();
    const { node } = done;
    const directions = tangentDirections(node, rooted, velocityAfter(wide, done, rooted, matrix(6, 6, 4)));
    const next = augmented(node, rooted, directions);
    const news = inNewColumns(node, next, rooted, directions);
    const zero = mul(next.node.parts.core!, 0);
    const state = withVelocity({ 'w/core': { count: 3, slots: { momentum: zero } } }, 'w', node, rooted, news);
    const { count, slots } = state['w/core']!;
    assert.is(count, 3);
    const carried = full(new Factored('user', net, [[0], [1]], { ...next.node.parts, core: slots!.momentum! }));
    const { left: U, right: V, core: S } = node.parts as { left: Tensor; right: Tensor; core: Tensor };
    const expected = add(
      product(directions.left!, S, transpose(V)),
      transpose(product(directions.right!, transpose(S), transpose(U))),
    );
    assert.ok(distance(carried, expected) < 1e-11 * size(expected));
  });
});

/** The last mean loss on a planted teacher of rank 3, whose ranks are given. */
async function lossAfter(momentum: number, format: string): Promise<number> {
  const { task } = plantedTask({ epochs: 2, samples: 256, weight: lowRankWeight({ format, rank: 3 }) });
  const optimizer = sgd({ momentum: 0.9 });
  const run = train(task, { method: dlrt({ optimizer, learningRate: 0.3, momentum, adaptive: false, oneStep: true }) });
  const last = (await advance(run)).at(-1)!.epochLoss!;
  const { weight } = (run.params as unknown as { fc: { weight: Factored } }).fc;
  assert.ok(Object.values(ranksOf(weight)).every((r) => r === 3));
  run.dispose();
  return last;
}

test('momentum that turns bases is faster than momentum of the core alone', async () => {
  for (const format of ['tucker', 'lowRank']) {
    const [turning, alone] = [await lossAfter(0.9, format), await lossAfter(0, format)];
    assert.ok(turning < 0.8 * alone, `${format}: ${turning} and ${alone}`);
  }
});

test('bases that were not cut, and so have no velocity, widen beside those that have one', async () => {
  const weight = lowRankWeight({ format: 'tucker', rank: [4, 1] });
  const model = sequential({
    first: conv2d({ in: 2, out: 8, window: 3, padding: 1 }),
    conv: conv2d({ in: 8, out: 12, window: 3, padding: 1, weight }),
    flatten: flatten(),
    classifier: linear({ in: 192, out: CLASSES }),
  });
  const own = { tau: 0, maxRank: 5, momentum: 0.9, learningRate: 0.02 };
  for (const oneStep of [false, true]) {
    const run = train(toyTask(model), { method: dlrt({ optimizer: sgd({ momentum: 0.9 }), oneStep, ...own }) });
    const ranks: unknown[] = [];
    for await (const { loss } of run) {
      assert.ok(Number.isFinite(loss));
      ranks.push(Object.values(ranksOf((run.params as unknown as { conv: { weight: Factored } }).conv.weight)));
    }
    assert.equal(
      [ranks[0], ranks.at(-1)],
      [
        [5, 2],
        [5, 5],
      ],
      'the second bond has risen to all of its columns first',
    );
    run.dispose();
  }
});

test.run();
