/** Every block is the exact minimiser of its own objective, the proximal term included: by perturbation in plain arithmetic. */

import { full } from '../../src/formats/algebra.ts';
import { hiddenBlock, linearBlock, outputBlock } from '../../src/methods/tenbcd/auxiliary.ts';
import { sweepParts } from '../../src/methods/tenbcd/cores.ts';
import { type Layer, type Net, openNet, overChunks } from '../../src/methods/tenbcd/net.ts';
import { objectiveOf } from '../../src/methods/tenbcd/objective.ts';
import { fitNamed, fits } from '../../src/methods/tenbcd/proximal.ts';
import { Statistics } from '../../src/methods/tenbcd/statistics.ts';
import { tenbcd } from '../../src/methods/tenbcd/tenbcd.ts';
import { biasBlock, weightBlock } from '../../src/methods/tenbcd/weights.ts';
import type { Factored } from '../../src/formats/network.ts';
import { add, sub } from '../../src/ops/binary.ts';
import { normal } from '../../src/ops/random.ts';
import { fold, key } from '../../src/random.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { train } from '../../src/train/train.ts';
import { PENALTIES, modelWith, withNet } from '../support/bcdNets.ts';
import { type PlainNet, plainObjective, plainOf } from '../support/plainBcd.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';
import { toyTask } from '../support/toys.ts';

const test = suite('tenbcd blocks');

/** U far from where the rounds have brought it. */
function shake({ layers }: Net): void {
  layers.forEach(({ U }, k) => {
    U.forEach((u, chunk) => {
      U[chunk] = add(u, normal(fold(key(k), chunk), u.shape));
    });
  });
}

interface Block {
  readonly layer: number;
  readonly variable: string;
  readonly alpha: number;
  /** Whether the block's objective is smooth around its minimiser. */
  readonly smooth: boolean;
  run(net: Net): void;
}

/** That the objective of a block is least where the block has gone. */
function checkMinimum(net: Net, { layer, variable, alpha, smooth, run }: Block, what: string): void {
  const before = plainOf(net).layers[layer]!.variables.get(variable)!;
  run(net);
  const after = plainOf(net);
  const found = after.layers[layer]!.variables.get(variable)!;
  assert.ok(
    found.some((x, k) => Math.abs(x - before[k]!) > 1e-8),
    `${what} moves`,
  );
  const valueAt = (x: Float64Array): number => {
    const proximal = x.reduce((sum, v, k) => sum + (v - before[k]!) ** 2, 0);
    return plainObjective(withVariable(after, layer, variable, x)) + (alpha / 2) * proximal;
  };
  const least = valueAt(found);
  const random = seeded(layer + 1);
  for (let trial = 0; trial < 6; trial++) {
    const direction = found.map(() => random());
    for (const size of [0.3, 0.01]) {
      const [up, down] = [1, -1].map((sign) => valueAt(found.map((x, k) => x + sign * size * direction[k]!))) as [
        number,
        number,
      ];
      assert.ok(up > least && down > least, `${what}: ${least} is not below ${up} and ${down}`);
      // The slope is nothing beside the curvature.
      if (smooth) assert.ok(Math.abs(up - down) < 0.02 * (up + down - 2 * least), `${what}: slope ${up - down}`);
    }
  }
}

function withVariable(net: PlainNet, layer: number, variable: string, x: Float64Array): PlainNet {
  const layers = net.layers.map((each, k) =>
    k === layer ? { ...each, variables: new Map([...each.variables, [variable, x]]) } : each,
  );
  return { ...net, layers };
}

const last = ({ layers }: Net): number => layers.length - 1;

/** The statistics that W and b are fitted to. */
function gathered(net: Net, k: number): Statistics {
  const statistics = new Statistics(k === 0 ? net : undefined);
  overChunks(net, k === 0, [linearBlock(net, k, statistics)]);
  return statistics;
}

for (const loss of fits) {
  test(`V of the output is exact for the ${loss} loss`, () => {
    withNet(
      'relu',
      (net) => {
        const smooth = loss !== 'hinge';
        const block = { layer: last(net), variable: 'V', alpha: PENALTIES.alpha, smooth };
        checkMinimum(net, { ...block, run: () => overChunks(net, false, [outputBlock(net)]) }, loss);
      },
      { loss },
    );
  });
}

test('V of hidden layers is exact, with shortcuts from it and to it, to wider and narrower layers', () => {
  withNet('tanh', (net) => {
    shake(net);
    for (let k = last(net) - 1; k >= 0; k--) {
      const block = { layer: k, variable: 'V', alpha: 0, smooth: true };
      checkMinimum(net, { ...block, run: () => overChunks(net, false, [hiddenBlock(net, k)]) }, `V ${k}`);
    }
  });
});

for (const activation of ['relu', 'hardTanh', 'hardSigmoid'] as const) {
  test(`U before ${activation} is a minimiser`, () => {
    withNet(activation, (net) => {
      for (let k = last(net); k >= 0; k--) {
        const block = { layer: k, variable: 'U', alpha: k === last(net) ? 0 : PENALTIES.alpha, smooth: false };
        checkMinimum(net, { ...block, run: () => gathered(net, k) }, `U ${k}`);
      }
    });
  });
}

test('W and b are exact, dense and with a pull to low rank', () => {
  withNet('relu', (net) => {
    shake(net);
    for (let k = last(net); k >= 0; k--) {
      const layer: Layer = net.layers[k]!;
      const statistics = gathered(net, k);
      let delta: ReturnType<typeof weightBlock>;
      const common = { layer: k, alpha: PENALTIES.alpha, smooth: true };
      const weight = (): void => {
        delta = weightBlock(net, layer, statistics);
      };
      checkMinimum(net, { ...common, variable: 'W', run: weight }, `W ${k}`);
      checkMinimum(net, { ...common, variable: 'b', run: () => biasBlock(net, layer, statistics, delta) }, `b ${k}`);
    }
  });
});

for (const format of ['ttMatrix', 'tt', 'lowRank', 'tucker', 'ht']) {
  for (const cores of ['orthogonal', 'plain'] as const) {
    test(`the parts of ${format}, ${cores}: the last that is solved is exact, and sweeps end where nothing moves`, () => {
      withNet(
        'relu',
        (net) => {
          const layer = net.layers[0]! as Layer & { node: Factored };
          // Far from low rank, so that there is something to do.
          layer.W = add(layer.W, normal(key(4), layer.W.shape, { std: 0.1 }));
          const sweep = (): number => {
            const { node, change } = sweepParts(layer.node, layer.W, cores, net);
            layer.node = node;
            return change;
          };
          const before = objectiveOf(net);
          const first = sweep();
          for (let k = 0; k < 60; k++) sweep();
          const end = sweep();
          assert.ok(objectiveOf(net) < before && end < 1e-3 * first, `${first} ${end}`);
          // Where nothing moves any more every part is a minimiser.
          const names = Object.keys(layer.node.net.parts);
          for (const name of names) {
            const block = { layer: 0, variable: `part ${name}`, alpha: 0, smooth: false };
            checkStationary(net, block, `${format} ${name}`);
          }
        },
        { format },
      );
    });
  }
}

/** That small steps along a block's variables only raise the objective, to first order. */
function checkStationary(net: Net, { layer, variable }: Pick<Block, 'layer' | 'variable'>, what: string): void {
  const plain = plainOf(net);
  const found = plain.layers[layer]!.variables.get(variable)!;
  const random = seeded(3);
  for (let trial = 0; trial < 6; trial++) {
    const direction = found.map(() => random());
    const [up, down] = [1, -1].map((sign) => {
      return plainObjective(
        withVariable(
          plain,
          layer,
          variable,
          found.map((x, k) => x + 0.1 * sign * direction[k]!),
        ),
      );
    }) as [number, number];
    const curvature = up + down - 2 * plainObjective(plain);
    assert.ok(
      curvature > 0 && Math.abs(up - down) < 0.1 * curvature,
      `${what}: slope ${up - down}, curvature ${curvature}`,
    );
  }
}

test('one part after another is exact, whether or not its neighbours are orthonormal', () => {
  for (const cores of ['orthogonal', 'plain'] as const) {
    withNet(
      'relu',
      (net) => {
        // Of two parts, the one that a sweep solves last.
        const layer = net.layers[0]! as Layer & { node: Factored };
        const names = Object.keys(layer.node.net.parts);
        assert.is(names.length, 2);
        layer.W = add(layer.W, normal(key(4), layer.W.shape, { std: 0.1 }));
        const alpha = 1e-6;
        layer.node = sweepParts(layer.node, layer.W, cores, { tau: net.tau, alpha }).node;
        checkStationary(net, { layer: 0, variable: `part ${names[1]}` }, cores);
      },
      { format: 'lowRank' },
    );
  }
});

test('parts that fit already stay', () => {
  for (const cores of ['orthogonal', 'plain'] as const) {
    withNet('relu', (net) => {
      const { node } = net.layers[0]! as Layer & { node: Factored };
      const before = full(node);
      const swept = sweepParts(node, before, cores, { tau: 1, alpha: 1 });
      const moved = Math.max(...Array.from(dataSync(sub(full(swept.node), before)), Math.abs));
      assert.ok(moved < 1e-5 && swept.change < 1e-9, `${cores}: ${moved} ${swept.change}`);
    });
  }
});

test('the objective is that of plain arithmetic, and what a round gathers on its way is the objective before it', () => {
  for (const loss of fits) {
    withNet('gelu', (net) => assert.ok(near(objectiveOf(net), plainObjective(plainOf(net)))), { loss });
  }
});

test('the objective of a step is the one before it', async () => {
  const task = toyTask(modelWith('sigmoid', 'tt'), { epochs: 5 });
  const method = tenbcd({ ...PENALTIES, samples: 20 });
  const run = train(task, { method });
  const options = { ...PENALTIES, fit: fitNamed('squared'), rows: 20 };
  const before: number[] = [];
  const measure = (): void => {
    const { params, state } = run.snapshot();
    before.push(scope(() => plainObjective(plainOf(openNet(run.task, params, state as never, options)))));
  };
  measure();
  let step = 0;
  for await (const { metrics } of run) {
    assert.ok(near(metrics.objective!, before[step]!), `${metrics.objective} ${before[step]}`);
    step++;
    measure();
    if (metrics.finalObjective !== undefined) assert.ok(near(metrics.finalObjective, before[step]!));
  }
  assert.is(step, 5);
  run.dispose();
});

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 2e-6 * Math.abs(b);
}

test.run();
