import { ShapeError } from '../../src/errors.ts';
import { losses } from '../../src/nn/loss.ts';
import { linear } from '../../src/nn/linear.ts';
import type { Params } from '../../src/nn/module.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync, item } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { forward } from '../../src/train/evaluate.ts';
import { batchesOf } from '../../src/train/task.ts';
import { train } from '../../src/train/train.ts';
import { drawsOf, ensemble, evaluateDraws } from '../../src/train/uncertainty.ts';
import { leavesOf } from '../../src/tree.ts';
import { advance } from '../laws/method.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { clusters, convModel, methodOf, plainSettings, toyData, toyTask } from '../support/toys.ts';

const test = suite('prediction under uncertainty');

const member = linear({ in: 2, out: 3, gain: 3 });
const x = tensor([
  [1, 2],
  [-3, 0.5],
  [60, -80],
]);
const outputsOf = (params: Params): number[][] => {
  const values = [...dataSync(forward(member, params, x))];
  return [0, 3, 6].map((k) => values.slice(k, k + 3));
};
const softmaxOf = (row: readonly number[]): number[] => {
  const top = Math.max(...row);
  const e = row.map((v) => Math.exp(v - top));
  return e.map((v) => v / e.reduce((a, b) => a + b));
};

test('class probabilities of an ensemble are the mean of its members', () => {
  const params = ensemble(member, 3).init(key(1), '');
  const rows = Object.values(params as Record<string, Params>).map(outputsOf);
  const found = dataSync(forward(ensemble(member, 3), params, x));
  for (let b = 0; b < 3; b++) {
    const wanted = softmaxOf(rows[0]![b]!).map((_, c) => rows.reduce((n, row) => n + softmaxOf(row[b]!)[c]!, 0) / 3);
    const got = softmaxOf([...found.slice(3 * b, 3 * b + 3)]);
    got.forEach((p, c) => assert.ok(Math.abs(p - wanted[c]!) < 1e-6, `${got} for ${wanted}`));
  }
});

test('probabilities of yes are averaged, and means for squares', () => {
  const params = ensemble(member, 2, 'bce').init(key(2), '');
  const rows = Object.values(params as Record<string, Params>).map((p) => outputsOf(p).flat());
  const yes = dataSync(forward(ensemble(member, 2, 'bce'), params, x));
  const square = dataSync(forward(ensemble(member, 2, 'mse'), params, x));
  for (let k = 0; k < 6; k++) {
    const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
    const wanted = (sigmoid(rows[0]![k]!) + sigmoid(rows[1]![k]!)) / 2;
    assert.ok(Math.abs(sigmoid(yes[k]!) - wanted) < 1e-6);
    assert.ok(Math.abs(square[k]! - (rows[0]![k]! + rows[1]![k]!) / 2) < 1e-5);
  }
});

test('an ensemble of one predicts as its member, and no ensemble is empty', () => {
  const params = ensemble(member, 1).init(key(3), '');
  const labels = tensor(Int32Array.from([0, 1, 2]));
  const loss = (outputs: Tensor): number => item(losses.crossEntropy(outputs, labels));
  const alone = loss(forward(member, (params as Record<string, Params>).draw0!, x));
  assert.ok(Math.abs(loss(forward(ensemble(member, 1), params, x)) - alone) < 1e-5 * (1 + alone));
  throws(() => ensemble(member, 0), ShapeError, /at least one member/);
});

test('a run with a posterior predicts with its draws, which its key alone decides', async () => {
  const own = { inference: 'sampled', samples: 4, delay: 0, warmup: 1, spread: 0.3 };
  const method = methodOf('bayes', { ...plainSettings, optimizer: 'adam', learningRate: 0.01 }, own);
  const run = train(toyTask(convModel()), { method });
  await advance(run);
  const [draws, again] = [drawsOf(run)!, drawsOf(run)!] as Record<string, Params>[];
  assert.is(Object.keys(draws!).length, 4);
  const bytes = (params: Params): string =>
    [...leavesOf<Tensor>(params)].map(([, t]) => [...dataSync(t)].join()).join();
  assert.is(bytes(draws!), bytes(again!));
  assert.is(new Set(Object.values(draws!).map(bytes)).size, 4);
  const data = toyData();
  const batches = (): Iterable<{ x: Tensor; y: Tensor }> => batchesOf(clusters(30, 2), data);
  const measured = (await evaluateDraws(run, batches()))!;
  assert.ok(measured.accuracy! > 0.5 && measured.loss > 0 && measured.calibrationError! >= 0);
  run.dispose();
  const plain = train(toyTask(convModel()), { method: methodOf('bayes') });
  assert.is(await evaluateDraws(plain, batches()), undefined);
  plain.dispose();
});

test.run();
