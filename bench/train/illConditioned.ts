/**
 * Steps to a target loss from starts whose cores have condition number 1 and up to 1e6, ranks fixed: dlrt, and descent on
 * the same Tucker weights, also from a balanced start, with each factor carrying an equal share of the singular values
 * (methods of Zangrando et al. 2024, section 5.1, on a part of MNIST). Every method has the same grid of rates; the best
 * counts. `npx tsx bench/train/illConditioned.ts --from DIR`
 * What is done is kept in illConditioned.jsonl next to this file and is not done again.
 */

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NonFiniteError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { lowRankWeight } from '../../src/formats/make.ts';
import { Factored, sizesOf } from '../../src/formats/network.ts';
import { orthogonalize } from '../../src/formats/orthogonalize.ts';
import { pow } from '../../src/math.ts';
import { descent } from '../../src/methods/descent.ts';
import { dlrt } from '../../src/methods/dlrt.ts';
import type { Method } from '../../src/methods/method.ts';
import { sitesOf, withSites } from '../../src/methods/sites.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import { openDataset } from '../../src/node/datasets.ts';
import { mul } from '../../src/ops/binary.ts';
import { sumSquares } from '../../src/ops/reduce.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { adam } from '../../src/optim/adam.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { fold, key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { item } from '../../src/tensor/read.ts';
import { keep, scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { supervised } from '../../src/train/task.ts';
import { train } from '../../src/train/train.ts';
import { tellTable } from './ownTable.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '.' },
    count: { type: 'string', default: '2048' },
    steps: { type: 'string', default: '400' },
    target: { type: 'string', default: '0.3' },
    rank: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '3' },
  },
});

const CONDITIONS = [1, 1e2, 1e4, 1e6];
const SGD_RATES = [0.05, 0.1, 0.2];
const ADAM_RATES = [0.001, 0.003, 0.01];

interface Contender {
  readonly name: string;
  readonly rates: readonly number[];
  readonly isBalanced: boolean;
  method(learningRate: number): Method;
}

const fixed = { adaptive: false, tau: 0, probe: 0, minRank: 1 };
const contenders: readonly Contender[] = [
  {
    name: 'dlrt, sgd',
    rates: SGD_RATES,
    isBalanced: false,
    method: (learningRate) => dlrt({ ...fixed, optimizer: sgd(), learningRate }),
  },
  {
    name: 'dlrt, one gradient, sgd',
    rates: SGD_RATES,
    isBalanced: false,
    method: (learningRate) => dlrt({ ...fixed, optimizer: sgd(), learningRate, oneStep: true }),
  },
  {
    name: 'dlrt, adam',
    rates: ADAM_RATES,
    isBalanced: false,
    method: (learningRate) => dlrt({ ...fixed, optimizer: adam(), learningRate }),
  },
  {
    name: 'descent, sgd',
    rates: SGD_RATES,
    isBalanced: false,
    method: (learningRate) => descent({ optimizer: sgd(), learningRate }),
  },
  {
    name: 'descent, adam',
    rates: ADAM_RATES,
    isBalanced: false,
    method: (learningRate) => descent({ optimizer: adam(), learningRate }),
  },
  {
    name: 'descent, adam, balanced',
    rates: ADAM_RATES,
    isBalanced: true,
    method: (learningRate) => descent({ optimizer: adam(), learningRate }),
  },
];

/** A scale for each place of a bond: from 1 down to 1 / condition, in a geometric series. */
function series(rank: number, condition: number): Float64Array {
  return Float64Array.from({ length: rank }, (_, k) => pow(condition, -k / Math.max(1, rank - 1)));
}

/**
 * The weight with bases of its own and a core whose entries fall along the diagonal of its bonds, at the norm it had. Its
 * unfoldings have the condition number asked for, and its norm is that of the well-conditioned one.
 */
function conditioned(weight: Factored, condition: number, isBalanced: boolean): Factored {
  const start = orthogonalize(weight, 'core');
  const labels = start.net.parts.core!;
  const sizes = sizesOf(start);
  const bonds = labels.filter((label) => !start.net.open.includes(label));
  const shape = labels.map((label) => sizes[label]!);
  const falls = series(Math.min(...bonds.map((bond) => sizes[bond]!)), condition);
  // Superdiagonal in the bonds, one over the window: its unfoldings have the singular values of the series.
  const numbers = new Float64Array(shape.reduce((n, m) => n * m, 1));
  for (let k = 0; k < numbers.length; k++) {
    let rest = k;
    const at = new Map<string, number>();
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at.set(labels[axis]!, rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    const first = at.get(bonds[0]!)!;
    if (bonds.every((bond) => at.get(bond) === first)) numbers[k] = falls[first] ?? 0;
  }
  const raw = tensor(numbers, shape, 'f32');
  const scale = Math.sqrt(item(sumSquares(full(weight) as Tensor)) / item(sumSquares(raw)));
  const exact = new Factored(start.format, start.net, start.axes, { ...start.parts, core: mul(raw, scale) });
  if (!isBalanced) return exact;
  // Every part along a bond gets an equal share of its singular value.
  const share = 1 / (bonds.length + 1);
  const parts: Record<string, Tensor> = { ...start.parts };
  for (const [name, own] of Object.entries(start.net.parts)) {
    if (name === 'core') continue;
    const bond = own.findIndex((label) => bonds.includes(label));
    const along = Float64Array.from({ length: sizes[own[bond]!]! }, (_, k) => pow(scale * (falls[k] ?? 1e-9), share));
    const spread = own.map((_, axis) => (axis === bond ? along.length : 1));
    parts[name] = mul(parts[name]!, reshape(tensor(along, [along.length], 'f32'), spread));
  }
  const core = numbers.map((s) => (s === 0 ? 0 : pow(scale * s, share)));
  return new Factored(start.format, start.net, start.axes, { ...parts, core: tensor(core, shape, 'f32') });
}

function startOf(model: Module, seed: number, condition: number, isBalanced: boolean): Params {
  return scope(() => {
    const params = model.init(fold(key(seed), 'init'), '');
    const nodes = sitesOf(model, params).flatMap(({ node, nodePath }): [string, Factored][] =>
      node instanceof Factored ? [[nodePath, conditioned(node, condition, isBalanced)]] : [],
    );
    return keep(withSites(params, new Map(nodes)));
  });
}

const data = await openDataset('mnist', { roots: [values.from] });
const count = Number(values.count);
const pixels = data.train.images.length / data.train.count;
const part = {
  ...{ count, images: data.train.images.subarray(0, count * pixels) },
  labels: data.train.labels.subarray(0, count),
};
const small = { ...data, train: part };
const rank = Number(values.rank);
const [target, maxSteps] = [Number(values.target), Number(values.steps)];

/** Steps until the mean loss of the last 16 steps is below the target; the most steps where it never is. */
async function stepsTo(contender: Contender, condition: number, learningRate: number, seed: number): Promise<number> {
  const weight = lowRankWeight({ format: 'tucker', rank });
  const model = modelNamed('mlp').build({ input: data.shape, classes: 10, widths: [200, 200], weight });
  const task = supervised({ model, data: small, epochs: 1000, maxSteps, batchSize: 64, seed });
  const params = startOf(model, seed, condition, contender.isBalanced);
  const run = train(task, { method: contender.method(learningRate), params, divergence: false });
  const recent: number[] = [];
  try {
    for await (const { step, loss } of run) {
      recent.push(loss);
      if (recent.length > 16) recent.shift();
      if (recent.length === 16 && recent.reduce((a, b) => a + b) / 16 < target) return step;
    }
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    return maxSteps;
  } finally {
    run.dispose();
  }
  return maxSteps;
}

interface Line {
  readonly settings: string;
  readonly contender: string;
  readonly condition: number;
  readonly rate: number;
  readonly seed: number;
  readonly steps: number;
}

const FILE = join(import.meta.dirname, 'illConditioned.jsonl');
const settings = `${count} images, rank ${rank}, target ${target}, at most ${maxSteps} steps`;
const lines: Line[] = existsSync(FILE)
  ? readFileSync(FILE, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => line.settings === settings)
  : [];

for (const contender of contenders) {
  for (const condition of CONDITIONS) {
    for (const rate of contender.rates) {
      for (let seed = 1; seed <= Number(values.seeds); seed++) {
        const same = (line: Line): boolean =>
          line.contender === contender.name && line.condition === condition && line.rate === rate && line.seed === seed;
        if (lines.some(same)) continue;
        const steps = await stepsTo(contender, condition, rate, seed);
        const line: Line = { settings, contender: contender.name, condition, rate, seed, steps };
        lines.push(line);
        appendFileSync(FILE, `${JSON.stringify(line)}\n`);
        console.log(JSON.stringify(line));
      }
    }
  }
}

const head = ['method', ...CONDITIONS.map((condition) => `condition ${condition}`)];
const body = contenders.map(({ name, rates }) => {
  const cells = CONDITIONS.map((condition) => {
    const means = rates.map((rate) => {
      const own = lines.filter((l) => l.contender === name && l.condition === condition && l.rate === rate);
      return own.reduce((sum, { steps }) => sum + steps, 0) / own.length;
    });
    const best = Math.min(...means);
    return `${best >= maxSteps ? `> ${maxSteps}` : best.toFixed(0)} (${rates[means.indexOf(best)]})`;
  });
  return [name, ...cells];
});
const above = `Steps to a mean loss of ${target}, best rate of ${SGD_RATES.length}, mean of ${values.seeds} seeds; ${settings}`;
tellTable('illConditioned', above, [head, ...body]);
