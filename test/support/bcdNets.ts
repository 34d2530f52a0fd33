/** Small nets for tests of block coordinate descent. */

import { lowRankWeight } from '../../src/formats/make.ts';
import type { Activation } from '../../src/methods/tenbcd/chain.ts';
import { type Net, openNet } from '../../src/methods/tenbcd/net.ts';
import { type FitName, fitNamed } from '../../src/methods/tenbcd/proximal.ts';
import { tenbcd } from '../../src/methods/tenbcd/tenbcd.ts';
import { gelu, hardSigmoid, hardTanh, relu, sigmoid, tanh } from '../../src/nn/activation.ts';
import { linear } from '../../src/nn/linear.ts';
import type { Module } from '../../src/nn/module.ts';
import { flatten } from '../../src/nn/pool.ts';
import { residual, sequential } from '../../src/nn/sequential.ts';
import { scope } from '../../src/tensor/scope.ts';
import { train } from '../../src/train/train.ts';
import { clusters, toyData, toyTask } from './toys.ts';

const activations = { gelu, hardSigmoid, hardTanh, relu, sigmoid, tanh };

export const PENALTIES = { gamma: 0.7, rho: 1.3, tau: 0.9, alpha: 0.4 };

/** Two shortcuts from the first layer, one of them around two layers, and low-rank weights of two shapes. */
export function modelWith(activation: Exclude<Activation, 'identity'>, format: string): Module {
  const weight = lowRankWeight({ format, rank: 2 });
  const act = activations[activation];
  const block = (): Module => sequential({ fc: linear({ in: 12, out: 12, weight }), act: act() });
  return sequential({
    flatten: flatten(),
    fc1: linear({ in: 32, out: 12, weight }),
    act: act(),
    block: residual(sequential({ one: residual(block()), two: linear({ in: 12, out: 12 }) })),
    classifier: linear({ in: 12, out: 3 }),
  });
}

/** Runs `body` on a net that has gone through a few rounds. */
export function withNet(
  activation: Exclude<Activation, 'identity'>,
  body: (net: Net) => void,
  { format = 'ttMatrix', loss = 'squared' }: { format?: string; loss?: FitName } = {},
): void {
  const task = toyTask(modelWith(activation, format), { data: toyData(clusters(17)) });
  const method = tenbcd({ ...PENALTIES, loss, samples: 7, gain: 2 });
  const run = train(task, { method });
  const { params, state } = run.snapshot();
  scope(() => {
    let now = { params, state: state as ReturnType<typeof method.init> };
    const batch = { x: undefined as never, y: undefined as never, epoch: 0 };
    for (let step = 0; step < 2; step++) now = method.step(run.task, now.params, now.state, { ...batch, step });
    body(openNet(run.task, now.params, now.state, { ...PENALTIES, fit: fitNamed(loss), rows: 7 }));
  });
  run.dispose();
}
