/**
 * Block coordinate descent on trains, all that is not one run of `rankwise train`: whether the objective falls in every round,
 * the slope of the averaged squared changes, the gap between training and test, random features of the same shape with a
 * fitted output, a dense network as small as the trains, and hidden layers so narrow that it matters whether they learn.
 * `npx tsx bench/train/tenbcd.ts --from DIR [--arms 'NAME;NAME'] [--seeds 3]`
 * What is done is kept in tenbcd.jsonl next to this file and is not done again. Nothing is chosen on the test set.
 */

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backend } from '../../src/backend/current.ts';
import { denseWeight, lowRankWeight, type MakeWeight } from '../../src/formats/make.ts';
import type { Dataset } from '../../src/io/dataset.ts';
import { someOf } from '../../src/io/shuffle.ts';
import { log } from '../../src/math.ts';
import { type TenbcdOptions, tenbcd } from '../../src/methods/tenbcd/tenbcd.ts';
import { countsOf } from '../../src/nn/counts.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { narrowWidth } from '../../src/nn/narrow.ts';
import { openDataset } from '../../src/node/datasets.ts';
import { evaluate } from '../../src/train/evaluate.ts';
import { batchesOf, supervised } from '../../src/train/task.ts';
import { train } from '../../src/train/train.ts';
import { leavesOf } from '../../src/tree.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { tellTable } from './ownTable.ts';
import { randomFeatures } from './randomFeatures.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '.' },
    arms: { type: 'string' },
    seeds: { type: 'string', default: '3' },
    count: { type: 'string', default: '30000' },
    rounds: { type: 'string', default: '20' },
  },
});
const [count, rounds, seeds] = [Number(values.count), Number(values.rounds), Number(values.seeds)];

interface Arm {
  readonly name: string;
  readonly model: 'mlp' | 'resmlp';
  readonly widths: readonly number[];
  /** Ranks of trains of pairs; none for dense weights. */
  readonly rank?: number;
  readonly folds?: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** All widths cut to as many parameters as are stored here. */
  readonly sizeOf?: string;
  /** Hidden layers stay as they are drawn, at this gain. */
  readonly random?: number;
  readonly options?: TenbcdOptions;
}

const WIDE = [1024, 1024];
const SQUARE = [
  [4, 4, 8, 8],
  [4, 4, 8, 8],
];
const FIRST = [
  [4, 4, 8, 8],
  [4, 7, 7, 4],
];
const folds = { fc1: FIRST, fc2: SQUARE, 'block2.body.fc': SQUARE };
const hidden = { model: 'mlp', widths: [32], rank: 8 } as const;
/** Narrow layers learn most from a start near zero. */
const softmax: TenbcdOptions = { loss: 'softmax', gain: 0.05 };

const arms: readonly Arm[] = [
  { name: 'tenbcd, rank 16', model: 'mlp', widths: WIDE, rank: 16, folds },
  { name: 'tenbcd, rank 8', model: 'mlp', widths: WIDE, rank: 8, folds },
  { name: 'bcd, dense', model: 'mlp', widths: WIDE },
  { name: 'bcd, narrow', model: 'mlp', widths: WIDE, sizeOf: 'tenbcd, rank 16' },
  { name: 'random trains, gain 0.25', model: 'mlp', widths: WIDE, rank: 16, folds, random: 0.25 },
  { name: 'random trains, gain 1.4', model: 'mlp', widths: WIDE, rank: 16, folds, random: 1.4 },
  { name: 'residual tenbcd, rank 16', model: 'resmlp', widths: WIDE, rank: 16, folds },
  { name: 'residual bcd, dense', model: 'resmlp', widths: WIDE },
  { name: '32 hidden: tenbcd, softmax', ...hidden, options: softmax },
  { name: '32 hidden: bcd dense, softmax', model: 'mlp', widths: [32], options: softmax },
  { name: '32 hidden: random trains, gain 0.25', ...hidden, random: 0.25 },
  { name: '32 hidden: random trains, gain 1.4', ...hidden, random: 1.4 },
];

function weightOf({ rank, folds: given }: Arm): MakeWeight {
  if (rank === undefined) return denseWeight();
  return lowRankWeight({ format: 'ttMatrix', rank, ...(given === undefined ? {} : { folds: given }) });
}

function modelOf(arm: Arm, data: Dataset): Module {
  const shape = { input: data.shape, classes: data.classes, widths: arm.widths };
  const family = modelNamed(arm.model);
  if (arm.sizeOf === undefined) return family.build({ ...shape, weight: weightOf(arm) });
  const like = arms.find(({ name }) => name === arm.sizeOf)!;
  const model = modelOf(like, data);
  const { parameters } = countsOf(model, model.init({ lo: 0, hi: 0 }, ''));
  return family.build({ ...shape, width: narrowWidth(family, shape, parameters) });
}

interface Line {
  readonly settings: string;
  readonly arm: string;
  readonly seed: number;
  readonly train: number;
  readonly test: number;
  /** Stored elements of weights, without biases, and those of the dense network of these widths. */
  readonly weights: number;
  readonly dense: number;
  readonly secondsPerRound?: number;
  readonly megabytes?: number;
  /** Before each round and after the last. */
  readonly objectives?: readonly number[];
  readonly rises?: number;
  readonly averageChanges?: readonly number[];
  readonly slope?: number;
  readonly distance?: number;
  readonly ridge?: number;
}

/** Slope of log y over log k by least squares, from the third round on. */
function slopeOf(y: readonly number[]): number {
  const points = y.map((value, k) => [log(k + 1), log(value)] as const).slice(2);
  const mean = (at: 0 | 1): number => points.reduce((sum, p) => sum + p[at], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const cross = points.reduce((sum, [x, v]) => sum + (x - mx) * (v - my), 0);
  return cross / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

function countWeights(params: Params): number {
  let stored = 0;
  for (const [path, leaf] of leavesOf<Tensor>(params)) if (!path.endsWith('bias')) stored += leaf.size;
  return stored;
}

async function runArm(arm: Arm, seed: number, data: Dataset): Promise<Line> {
  const model = modelOf(arm, data);
  const settings = `${count} images, ${rounds} rounds`;
  const sizes = [data.shape.reduce((n, m) => n * m, 1), ...arm.widths, data.classes];
  const dense = sizes.slice(1).reduce((sum, n, k) => sum + n * sizes[k]!, 0);
  const measure = async (params: Params): Promise<Pick<Line, 'train' | 'test' | 'weights' | 'dense'>> => ({
    train: (await evaluate(model, params, batchesOf(data.train, data))).accuracy!,
    test: (await evaluate(model, params, batchesOf(data.test, data))).accuracy!,
    weights: countWeights(params),
    dense,
  });
  if (arm.random !== undefined) {
    const { params, ridge } = await randomFeatures(model, data, { seed, gain: arm.random });
    return { settings, arm: arm.name, seed, ...(await measure(params)), ridge };
  }
  const task = supervised({ model, data, epochs: rounds, seed });
  const run = train(task, { method: tenbcd(arm.options ?? {}) });
  const objectives: number[] = [];
  const averageChanges: number[] = [];
  let [rises, distance, megabytes] = [0, 0, 0];
  const began = performance.now();
  for await (const { metrics, events } of run) {
    objectives.push(metrics.objective!);
    if (metrics.finalObjective !== undefined) objectives.push(metrics.finalObjective);
    averageChanges.push(metrics.averageChange!);
    rises += events.filter(({ kind }) => kind === 'rise').length;
    distance = metrics.distance!;
    megabytes = Math.max(megabytes, backend().stats().capacity / 1e6);
  }
  const secondsPerRound = (performance.now() - began) / 1000 / rounds;
  const measured = await measure(run.finish());
  run.dispose();
  const slope = slopeOf(averageChanges);
  const told = { secondsPerRound, megabytes, objectives, rises, averageChanges, slope, distance };
  return { settings, arm: arm.name, seed, ...measured, ...told };
}

const FILE = join(import.meta.dirname, 'tenbcd.jsonl');

function readLines(): Line[] {
  if (!existsSync(FILE)) return [];
  return readFileSync(FILE, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

const percent = (x: number): string => (100 * x).toFixed(2);

/** Mean and spread over seeds. */
function spread(list: readonly number[]): string {
  const mean = list.reduce((a, b) => a + b) / list.length;
  const variance = list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, list.length - 1);
  return `${percent(mean)} ± ${percent(Math.sqrt(variance))}`;
}

function table(lines: readonly Line[]): string[][] {
  const head = [
    '',
    'seeds',
    'train %',
    'test %',
    'gap',
    'weights',
    'fewer',
    'rises',
    'slope',
    'distance of W',
    's a round',
  ];
  const body = arms.flatMap(({ name }) => {
    const mine = lines.filter(({ arm }) => arm === name);
    if (mine.length === 0) return [];
    const { weights, dense, slope, distance, secondsPerRound } = mine[0]!;
    const gap = mine.reduce((sum, line) => sum + line.train - line.test, 0) / mine.length;
    return [
      [
        ...[name, String(mine.length), spread(mine.map((line) => line.train)), spread(mine.map((line) => line.test))],
        ...[percent(gap), String(weights), `${(dense / weights).toFixed(1)}x`],
        mine.some(({ rises }) => rises === undefined) ? '' : String(mine.reduce((n, { rises }) => n + rises!, 0)),
        ...[slope?.toFixed(2) ?? '', distance?.toExponential(1) ?? '', secondsPerRound?.toFixed(1) ?? ''],
      ],
    ];
  });
  return [head, ...body];
}

async function main(): Promise<void> {
  const all = await openDataset('mnist', { roots: [values.from] });
  const data = { ...all, train: someOf(all.train, count) };
  const chosen = values.arms?.split(';');
  for (let seed = 1; seed <= seeds; seed++) {
    for (const arm of arms) {
      if (chosen !== undefined && !chosen.includes(arm.name)) continue;
      const settings = `${count} images, ${rounds} rounds`;
      const isDone = readLines().some(
        (line) => line.settings === settings && line.arm === arm.name && line.seed === seed,
      );
      if (isDone) continue;
      const line = JSON.stringify(await runArm(arm, seed, data));
      appendFileSync(FILE, `${line}\n`);
      process.stdout.write(`${line}\n`);
    }
  }
  const settings = `${count} images, ${rounds} rounds`;
  tellTable('tenbcd', settings, table(readLines().filter((line) => line.settings === settings)));
}

await main();
