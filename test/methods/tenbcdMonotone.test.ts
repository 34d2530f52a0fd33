/** The objective never rises, whatever the net, the loss, the activation and the format: after each block, on random nets. */

import * as fc from 'fast-check';
import { denseWeight, lowRankWeight, type MakeWeight } from '../../src/formats/make.ts';
import type { Factored } from '../../src/formats/network.ts';
import { Sum } from '../../src/formats/weight.ts';
import { trainedLeaves } from '../../src/methods/leaves.ts';
import { fits } from '../../src/methods/tenbcd/proximal.ts';
import { tenbcd } from '../../src/methods/tenbcd/tenbcd.ts';
import { gelu, hardSigmoid, hardTanh, relu, sigmoid, tanh } from '../../src/nn/activation.ts';
import { linear } from '../../src/nn/linear.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { flatten } from '../../src/nn/pool.ts';
import { residual, sequential } from '../../src/nn/sequential.ts';
import { fold } from '../../src/random.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { supervised } from '../../src/train/task.ts';
import { train } from '../../src/train/train.ts';
import { leavesOf } from '../../src/tree.ts';
import { advance } from '../laws/method.ts';
import { assert, suite } from '../support/test.ts';
import { clusters, SHAPE, toyData, toyTask } from '../support/toys.ts';

const activations = { gelu, hardSigmoid, hardTanh, relu, sigmoid, tanh };

const test = suite('tenbcd falls');

interface Drawn {
  readonly activation: keyof typeof activations;
  readonly format: string;
  readonly widths: readonly number[];
  readonly isResidual: boolean;
  readonly isAdapted: boolean;
  readonly bias: boolean;
  /** Leaves of the hidden layers that stay as they are. */
  readonly frozen: readonly string[];
}

const drawn = fc.record<Drawn>({
  activation: fc.constantFrom(...(Object.keys(activations) as Drawn['activation'][])),
  format: fc.constantFrom('ttMatrix', 'tt', 'lowRank', 'tucker', 'ht', 'dense'),
  widths: fc.array(fc.constantFrom(4, 12, 40), { minLength: 1, maxLength: 3 }),
  isResidual: fc.boolean(),
  isAdapted: fc.boolean(),
  bias: fc.boolean(),
  frozen: fc.subarray(['weight', 'bias']),
});

/** Weights that are a frozen dense matrix plus one that is trained. */
function adaptedBy(weight: MakeWeight): MakeWeight {
  return (request) => {
    const base = denseWeight()({ ...request, key: fold(request.key, 'base') }) as Tensor;
    return new Sum({ base, delta: weight(request) as Tensor | Factored }, ['base']);
  };
}

function modelOf({ activation, format, widths, isResidual, isAdapted, bias, frozen }: Drawn): Module {
  const made = format === 'dense' ? denseWeight() : lowRankWeight({ format, rank: 2 });
  const weight = isAdapted ? adaptedBy(made) : made;
  const act = activations[activation];
  const hidden = (size: number, out: number): Module => ({ ...linear({ in: size, out, weight, bias }), frozen });
  let size = 32;
  const layers = widths.flatMap((out) => {
    const first = [hidden(size, out), act()];
    const block = residual(sequential([hidden(out, out), act()]));
    size = out;
    return isResidual ? [...first, block] : first;
  });
  return sequential([flatten(), ...layers, linear({ in: size, out: 3 })]);
}

/** Frozen leaves by path. */
function fixedBits(model: Module, params: Params): [string, number[]][] {
  const trained = trainedLeaves(model, params);
  const fixed = [...leavesOf<Tensor>(params)].filter(([path]) => !trained.has(path));
  return fixed.map(([path, x]) => [path, [...dataSync(x)]]);
}

const options = fc.record({
  loss: fc.constantFrom('auto' as const, ...fits),
  cores: fc.constantFrom('orthogonal' as const, 'plain' as const),
  gamma: fc.constantFrom(0.1, 1, 10),
  rho: fc.constantFrom(0.1, 1, 10),
  tau: fc.constantFrom(0.01, 1, 100),
  alpha: fc.constantFrom(0.01, 5),
  gain: fc.constantFrom(0, 0.75, 3),
});

test('of random nets, after every block', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, options, fc.nat(1000), async (net, own, seed) => {
      const data = toyData(clusters(23, seed));
      const task = supervised({ model: modelOf(net), data, epochs: 4, seed });
      const run = train(task, { method: tenbcd({ ...own, samples: 10, check: true }) });
      const fixed = fixedBits(task.model, task.model.init(fold(task.key, 'init'), ''));
      const steps = await advance(run);
      assert.equal(fixedBits(task.model, run.params), fixed);
      assert.is(steps.length, 4);
      steps.forEach(({ metrics: { objective, finalObjective }, events }, k) => {
        const next = steps[k + 1]?.metrics.objective ?? finalObjective!;
        assert.ok(next <= objective! * (1 + 1e-6), `${objective} ${next}`);
        assert.equal(
          events.filter(({ kind }) => kind === 'rise'),
          [],
        );
      });
      run.dispose();
    }),
    { numRuns: 40, includeErrorInReport: true },
  );
});

test('squared changes are summable: their mean falls like 1 / k', async () => {
  const model = modelNamed('resmlp').build({ input: SHAPE, classes: 3, widths: [16, 16, 16] });
  const run = train(toyTask(model, { epochs: 60 }), { method: tenbcd() });
  const means = (await advance(run)).map(({ metrics }) => metrics.averageChange!);
  assert.ok(60 * means[59]! < 1.5 * 10 * means[9]!, `${means}`);
  run.dispose();
});

test('low-rank weights come to agree with what was fitted', async () => {
  const weight = lowRankWeight({ format: 'ttMatrix', rank: 4 });
  const model = modelNamed('mlp').build({ input: SHAPE, classes: 3, widths: [24, 24], weight });
  const run = train(toyTask(model, { epochs: 30 }), { method: tenbcd() });
  const steps = await advance(run);
  assert.ok(steps.at(-1)!.metrics.distance! < 2e-3, `${steps.at(-1)!.metrics.distance}`);
  run.dispose();
});

test.run();
