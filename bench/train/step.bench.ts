/**
 * Time of a training step, formats side by side in one process: rounds are handed out in turn, and the ratio to the
 * dense step is the median over rounds. `npm run bench:train -- --model lenet5 --formats dense,tucker,ttMatrix`
 */

import { parseArgs } from 'node:util';
import { lowRankWeight } from '../../src/formats/make.ts';
import { descent } from '../../src/methods/descent.ts';
import type { Batch } from '../../src/methods/method.ts';
import { losses } from '../../src/nn/loss.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import { adam } from '../../src/optim/adam.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { countsOf } from '../../src/nn/counts.ts';
import { type Training, train, type TrainTask } from '../../src/train/train.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'lenet5' },
    widths: { type: 'string', default: '256' },
    input: { type: 'string', default: '1,28,28' },
    formats: { type: 'string', default: 'dense,tucker,ttMatrix,lowRank,tt' },
    rank: { type: 'string', default: '0.1' },
    batch: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '15' },
    steps: { type: 'string', default: '8' },
    optimizer: { type: 'string', default: 'sgd' },
  },
});
const numbers = (text: string): number[] => text.split(',').map(Number);
const batch = Number(values.batch);
const input = numbers(values.input);
const size = input.reduce((n, m) => n * m, batch);

function taskFor(format: string): TrainTask {
  const weight = lowRankWeight({ format, rank: Number(values.rank) });
  const model = modelNamed(values.model).build({ input, classes: 10, widths: numbers(values.widths), weight });
  const x = Float32Array.from({ length: size }, (_, k) => ((k * 7919) % 255) / 255);
  const y = Int32Array.from({ length: batch }, (_, k) => k % 10);
  function* batches(): Generator<Batch> {
    for (let step = 0; ; step++) yield { x: tensor(x, [batch, ...input]), y: tensor(y), step, epoch: 0 };
  }
  return {
    model,
    lossKind: 'crossEntropy',
    key: key(1),
    stepsPerEpoch: 1e6,
    totalSteps: 1e6,
    loss: (params, at, context) => losses.crossEntropy(model.apply(params, at.x, context), at.y),
    data: batches,
    batches,
  };
}

interface Row {
  readonly format: string;
  readonly training: Training;
  readonly steps: AsyncIterator<unknown>;
  readonly times: number[];
}

const optimizer = values.optimizer === 'adam' ? adam() : sgd({ momentum: values.optimizer === 'momentum' ? 0.9 : 0 });
const rows: Row[] = values.formats.split(',').map((format) => {
  const method = descent({ optimizer, learningRate: 1e-4 });
  const training = train(taskFor(format), { method });
  return { format, training, steps: training[Symbol.asyncIterator](), times: [] };
});

/** CPU milliseconds of one step of a row. */
async function round(row: Row, steps: number): Promise<number> {
  const before = process.cpuUsage();
  for (let k = 0; k < steps; k++)
    await row.steps.next().catch((error: Error) => Promise.reject(new Error(row.format, { cause: error })));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / steps;
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]!;

for (const row of rows) await round(row, 20);
for (let k = 0; k < Number(values.rounds); k++) {
  for (const row of rows) row.times.push(await round(row, Number(values.steps)));
}
console.log(
  `${values.model} ${input.join('x')} batch ${batch} ${values.optimizer}, CPU ms a step, ratio to the first row`,
);
for (const { format, training, times } of rows) {
  const ratio = median(times.map((t, k) => t / rows[0]!.times[k]!));
  const { parameters, compression } = countsOf(training.task.model, training.params);
  const best = Math.min(...times);
  console.log(
    `${format.padEnd(12)} ${median(times).toFixed(2).padStart(8)} (best ${best.toFixed(2)})  x${ratio.toFixed(2)}  ${parameters} parameters, ${compression.toFixed(1)}x smaller`,
  );
}
