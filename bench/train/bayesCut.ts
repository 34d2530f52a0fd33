/**
 * What cutting changes: a network 784-512-10 of TT-matrices is trained to the end without a cut, measured on the test set,
 * cut at several thresholds, and measured again.
 * `npx tsx bench/train/bayesCut.ts --from DIR [--data mnist] [--seeds 3] [--epochs 24]`
 * What is done is kept in bayesCut.jsonl next to this file and is not done again.
 */

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lowRankWeight } from '../../src/formats/make.ts';
import { bayes } from '../../src/methods/bayes.ts';
import { type BayesState, trimmed } from '../../src/methods/bayesRanks.ts';
import { countsOf, ranksByPath } from '../../src/nn/counts.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import { openDataset } from '../../src/node/datasets.ts';
import { adam } from '../../src/optim/adam.ts';
import { evaluate } from '../../src/train/evaluate.ts';
import { batchesOf, supervised } from '../../src/train/task.ts';
import { train } from '../../src/train/train.ts';
import { tellTable } from './ownTable.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '.' },
    data: { type: 'string', default: 'mnist' },
    seeds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '24' },
  },
});

const THRESHOLDS = [1e-6, 1e-5, 1e-4, 1e-3];
const FOLDS = {
  fc1: [
    [4, 4, 8, 4],
    [4, 7, 4, 7],
  ],
  classifier: [
    [2, 5],
    [16, 32],
  ],
};
const KEPT = join(import.meta.dirname, 'bayesCut.jsonl');

interface Line {
  readonly data: string;
  readonly epochs: number;
  readonly seed: number;
  /** 0 for the network before the cut. */
  readonly threshold: number;
  readonly accuracy: number;
  readonly parameters: number;
  readonly ranks: unknown;
}

const lines: Line[] = existsSync(KEPT)
  ? readFileSync(KEPT, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
  : [];

async function run(seed: number): Promise<Line[]> {
  const data = await openDataset(values.data, { roots: [values.from] });
  const weight = lowRankWeight({ format: 'ttMatrix', rank: 20, folds: FOLDS });
  const { shape: input, classes } = data;
  const model = modelNamed('mlp').build({ input, classes, widths: [512], classifier: 'format', weight });
  const epochs = Number(values.epochs);
  const task = supervised({ model, data, epochs, batchSize: 128, seed });
  const method = bayes({ optimizer: adam(), learningRate: 1e-3, delay: 1 / 12, warmup: 5 / 12, threshold: 0 });
  const training = train(task, { method });
  for await (const { epochLoss, epoch } of training) if (epochLoss) console.error(`${seed} ${epoch} ${epochLoss}`);
  const state = training.snapshot().state as BayesState;
  const done: Line[] = [];
  for (const threshold of [0, ...THRESHOLDS]) {
    const params = trimmed(training.params, { ...state, thresholds: {} }, threshold, { kind: 'logUniform' });
    const { accuracy } = await evaluate(model, params, batchesOf(data.test, data));
    const { parameters } = countsOf(model, params);
    done.push({
      data: data.name,
      epochs,
      seed,
      threshold,
      accuracy: accuracy!,
      parameters,
      ranks: ranksByPath(params),
    });
  }
  training.dispose();
  return done;
}

for (let seed = 1; seed <= Number(values.seeds); seed++) {
  const isDone = lines.some((l) => l.data === values.data && l.seed === seed && l.epochs === Number(values.epochs));
  const found = isDone ? [] : await run(seed);
  for (const line of found) appendFileSync(KEPT, `${JSON.stringify(line)}\n`);
  lines.push(...found);
}

const head = ['data', 'seed', 'threshold', 'parameters', 'test %'];
const body = lines.map(({ data, seed, threshold, parameters, accuracy }) => [
  ...[data, String(seed), String(threshold), String(parameters), (100 * accuracy).toFixed(2)],
]);
tellTable('bayesCut', `784-512-10 of TT-matrices, cut after ${values.epochs} epochs without a cut`, [head, ...body]);
