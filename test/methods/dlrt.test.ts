import { full } from '../../src/formats/algebra.ts';
import { lowRankWeight } from '../../src/formats/make.ts';
import { Factored, ranksOf } from '../../src/formats/network.ts';
import { type DlrtOptions, dlrt, dlrtEntry } from '../../src/methods/dlrt.ts';
import type { TrainEvent } from '../../src/methods/method.ts';
import { losses } from '../../src/nn/loss.ts';
import type { Params } from '../../src/nn/module.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { mul } from '../../src/ops/binary.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type Training, type TrainTask, train } from '../../src/train/train.ts';
import { FormatError, RankError, ShapeError } from '../../src/errors.ts';
import { advance } from '../laws/method.ts';
import { type PlainWeight, plainDlrtStep, plainFull } from '../support/plainDlrt.ts';
import { plantedTask } from '../support/planted.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { convModel, toyTask } from '../support/toys.ts';

const test = suite('dlrt');

const numbers = (count: number, seed: number): Float64Array => {
  const random = seeded(seed);
  return Float64Array.from({ length: count }, () => random());
};

/** W = U S V' from a 12 x 9 start of rank 4, as a weight in the format of Tucker tensors. */
function matrixWeight(start: PlainWeight): Factored {
  const net = { open: ['o', 'i'], parts: { core: ['r0', 'r1'], factor0: ['o', 'r0'], factor1: ['i', 'r1'] } };
  const parts = Object.entries({ core: start.S, factor0: start.U, factor1: start.V }).map(([name, rows]) => [
    name,
    tensor(Float64Array.from(rows.flat()), [rows.length, rows[0]!.length]),
  ]);
  return new Factored('tucker', net, [[0], [1]], Object.fromEntries(parts));
}

/** Regression in f64 on few fixed examples, so that the gradient of W [12, 9] is (W X' - Y') X 2 / (12 count). */
function regression(): { task: TrainTask; gradient: (W: number[][]) => number[][] } {
  const [count, out, inputs] = [20, 12, 9];
  const [x, y] = [numbers(count * inputs, 3), numbers(count * out, 4)];
  const { task } = plantedTask({
    out,
    in: inputs,
    samples: 1,
    epochs: 12,
    weight: lowRankWeight({ format: 'tucker', rank: 4 }),
  });
  function* batches(epoch: number, from: number): ReturnType<TrainTask['batches']> & Generator {
    if (from > 0) return;
    yield { x: tensor(x, [count, inputs]), y: tensor(y, [count, out]), step: epoch, epoch };
  }
  const gradient = (W: number[][]): number[][] =>
    W.map((row, i) =>
      row.map((_, j) => {
        let sum = 0;
        for (let k = 0; k < count; k++) {
          const seen = row.reduce((total, w, n) => total + w * x[k * inputs + n]!, 0);
          sum += (seen - y[k * out + i]!) * x[k * inputs + j]!;
        }
        return (2 * sum) / (count * out);
      }),
    );
  const model = task.model;
  const loss: TrainTask['loss'] = (params, batch, context) =>
    losses.mse(model.apply(params, batch.x, context), batch.y);
  return { task: { ...task, stepsPerEpoch: 1, totalSteps: 12, loss, batches, data: () => batches(0, 0) }, gradient };
}

const start: PlainWeight = {
  U: Array.from({ length: 12 }, (_, i) => [...numbers(48, 5).subarray(4 * i, 4 * i + 4)]),
  S: Array.from({ length: 4 }, (_, i) => [...numbers(16, 6).subarray(4 * i, 4 * i + 4)]),
  V: Array.from({ length: 9 }, (_, i) => [...numbers(36, 7).subarray(4 * i, 4 * i + 4)]),
};

const nodeOf = (params: Params): Factored => (params as { fc: { weight: Factored } }).fc.weight;

test('a Tucker weight of order 2 takes the steps of matrix DLRT in plain doubles', async () => {
  const { task, gradient } = regression();
  const params = { fc: { weight: matrixWeight(start) } } as unknown as Params;
  const method = dlrt({ optimizer: sgd(), learningRate: 8, tau: 0.1, minRank: 1, probe: 0 });
  const run = train(task, { method, params });
  let plain = start;
  const seen: number[] = [];
  for await (const { step } of run) {
    plain = plainDlrtStep(plain, gradient, { rate: 8, tau: 0.1 });
    const W = dataSync(full(nodeOf(run.params)));
    plainFull(plain)
      .flat()
      .forEach((w, k) => {
        assert.ok(Math.abs(w - W[k]!) < 1e-10, `step ${step}, element ${k}: ${w} and ${W[k]}`);
      });
    assert.equal(ranksOf(nodeOf(run.params)), { r0: plain.S.length, r1: plain.S.length });
    seen.push(plain.S.length);
  }
  assert.ok(new Set(seen).size > 1, `ranks move: ${seen}`);
  run.dispose();
});

/** One step from the same start. */
async function once(options: DlrtOptions): Promise<number[][]> {
  const { task } = regression();
  const params = { fc: { weight: matrixWeight(start) } } as unknown as Params;
  const run = train(task, { method: dlrt({ optimizer: sgd(), learningRate: 0.3, probe: 0, ...options }), params });
  await advance(run, 1);
  const values = dataSync(full(nodeOf(run.params)));
  run.dispose();
  return start.U.map((_, i) => [...values.subarray(9 * i, 9 * i + 9)]);
}

test('the step with one gradient is the one with two but for the corner of new directions against new ones', async () => {
  const [one, two] = [await once({ oneStep: true, tau: 0 }), await once({ tau: 0 })];
  const difference = one.map((row, i) => row.map((w, j) => w - two[i]![j]!));
  const most = (rows: number[][]): number => Math.max(...rows.flat().map(Math.abs));
  assert.ok(most(difference) > 1e-4, 'the corner is there');
  const left = start.U[0]!.map((_, c) =>
    difference[0]!.map((__, j) => start.U.reduce((sum, u, i) => sum + u[c]! * difference[i]![j]!, 0)),
  );
  const right = difference.map((row) =>
    start.V[0]!.map((_, c) => start.V.reduce((sum, v, j) => sum + v[c]! * row[j]!, 0)),
  );
  assert.ok(most(left) < 1e-12 && most(right) < 1e-12, `${most(left)} ${most(right)}`);
});

test('where both bases fill the space, the Tucker form and two factors take the same steps', async () => {
  const ends: Tensor[] = [];
  for (const format of ['tucker', 'lowRank']) {
    const { task } = plantedTask({ out: 6, in: 6, epochs: 1, samples: 64, weight: lowRankWeight({ format, rank: 3 }) });
    const parts = Object.fromEntries(
      ['a', 'b'].map((name, k) => [name, tensor(numbers(18, k + 20), k ? [3, 6] : [6, 3], 'f32')]),
    );
    const net = { open: ['o', 'i'], parts: { a: ['o', 'r'], b: ['r', 'i'] } };
    const core = { open: ['o', 'i'], parts: { c: ['p', 'q'], a: ['o', 'p'], b: ['q', 'i'] } };
    const eye = tensor([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const weight =
      format === 'lowRank'
        ? new Factored(format, net, [[0], [1]], parts)
        : new Factored(format, core, [[0], [1]], { ...parts, c: eye });
    const run = train(task, {
      method: dlrt({ optimizer: sgd(), learningRate: 1, tau: 0.2 }),
      params: { fc: { weight } } as unknown as Params,
    });
    await advance(run);
    ends.push(full(nodeOf(run.params)));
    run.dispose();
  }
  const [a, b] = ends.map(dataSync) as [Float32Array, Float32Array];
  assert.ok(a.every((x, k) => Math.abs(x - b[k]!) < 1e-4));
});

test('zero weights and those of rank 1 train', async () => {
  for (const oneStep of [false, true]) {
    const { task } = plantedTask({ epochs: 4, weight: lowRankWeight({ format: 'tucker', rank: 1 }) });
    const fresh = task.model.init(task.key, '');
    const nothing = {
      fc: { weight: new Factored(nodeOf(fresh).format, nodeOf(fresh).net, nodeOf(fresh).axes, zeroed(nodeOf(fresh))) },
    };
    const run = train(task, {
      method: dlrt({ optimizer: sgd(), learningRate: 2, oneStep }),
      params: nothing as unknown as Params,
    });
    const losses = (await advance(run)).map(({ loss }) => loss);
    assert.ok(losses.at(-1)! < 0.5 * losses[0]!, `${losses[0]} ${losses.at(-1)}`);
    run.dispose();
  }
});

const zeroed = (node: Factored): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(node.parts).map(([name, x]) => [name, mul(x, 0)]));

/** The parts of the first weight by name, as plain numbers. */
const partsOf = (run: Training): Record<string, string> =>
  Object.fromEntries(Object.entries(nodeOf(run.params).parts).map(([name, x]) => [name, dataSync(x).join()]));

test('bases move every so many steps, and not at all at the end, where cores are tuned', async () => {
  const { task } = plantedTask({
    epochs: 2,
    samples: 128,
    noise: 0.3,
    weight: lowRankWeight({ format: 'tucker', rank: 3 }),
  });
  const run = train(task, { method: dlrt({ optimizer: sgd(), learningRate: 1, every: 3, finetune: 1 }) });
  const moved: string[] = [];
  let before = partsOf(run);
  for await (const step of run) {
    const now = partsOf(run);
    moved.push(['core', 'factor0', 'factor1'].map((name) => (now[name] === before[name] ? '.' : '#')).join(''));
    before = now;
    void step;
  }
  assert.equal(moved, ['###', '#..', '###', '###', '#..', '#..', '#..', '#..']);
  run.dispose();
});

test('a fall of ranks that costs too much is undone, and told', async () => {
  const weight = lowRankWeight({ format: 'tucker', rank: { bound: 0.5 } });
  const { task } = plantedTask({ epochs: 4, weight });
  const events: TrainEvent[] = [];
  const seen: number[] = [];
  const run = train(task, { method: dlrt({ optimizer: sgd(), learningRate: 2, tau: 0.9, tolerance: 0 }) });
  for await (const step of run) {
    events.push(...step.events);
    seen.push(ranksOf(nodeOf(run.params)).r0!);
  }
  const undone = events.filter(({ kind }) => kind === 'rollback');
  assert.ok(undone.length > 0 && undone.every(({ message }) => /undone/.test(message)));
  assert.ok(seen.at(-1)! >= 3, `the teacher has rank 3: ${seen}`);
  run.dispose();
});

test('ranks are told when they have moved by much, and at the end of epochs', async () => {
  const weight = lowRankWeight({ format: 'tucker', rank: { bound: 0.5 } });
  const { task } = plantedTask({ epochs: 3, weight });
  const run = train(task, { method: dlrt({ optimizer: sgd(), learningRate: 2, tau: 0.15 }) });
  let [last, count] = [12, 0];
  for await (const { events, metrics, epochLoss } of run) {
    const now = nodeOf(run.params);
    for (const event of events.filter(({ kind }) => kind === 'rank')) {
      assert.equal([event.path, event.from!.r0, event.to], ['fc.weight', last, ranksOf(now)]);
      last = event.to!.r0!;
      count++;
    }
    if (epochLoss !== undefined) assert.is(last, ranksOf(now).r0);
    assert.is(metrics.parameters, now.count);
  }
  assert.ok(count > 0 && last < 12);
  run.dispose();
});

test('what stores no less than dense becomes dense at the end', async () => {
  const weight = lowRankWeight({ format: 'tucker', rank: { bound: 1 } });
  const { task } = plantedTask({ epochs: 1, weight });
  const run = train(task, { method: dlrt({ tau: 0 }) });
  await advance(run);
  assert.instance(nodeOf(run.params), Factored);
  assert.not.instance(nodeOf(run.finish()), Factored);
  run.dispose();
});

test('networks with circles and hyperedges are refused by name', () => {
  for (const format of ['cp', 'tensorRing']) {
    const model = convModel(lowRankWeight({ format, rank: 2 }));
    throws(() => train(toyTask(model), { method: dlrt() }), ShapeError, new RegExp(`network is a tree; got ${format}`));
  }
});

test('layers that are kept train as they are', async () => {
  const weight = lowRankWeight({ format: 'tensorRing', rank: 2 });
  const run = train(toyTask(convModel(weight)), { method: dlrt({ keep: ['conv', 'fc'] }) });
  await advance(run);
  run.dispose();
});

test('options out of range are refused', () => {
  for (const options of [
    { tau: -1 },
    { tau: Number.NaN },
    { minRank: 0 },
    { minRank: 1.5 },
    { every: 0 },
    { probe: -1 },
    { finetune: 0.5 },
    { tolerance: -1 },
  ]) {
    throws(() => dlrt(options), FormatError, new RegExp(Object.keys(options)[0]!));
  }
  throws(() => dlrt({ minRank: 4, maxRank: 3 }), RankError);
  assert.is(dlrtEntry.start, 'lowRank');
});

test.run();
