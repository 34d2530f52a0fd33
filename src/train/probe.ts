/** A fixed run of training whose result has the same bits on every runtime: what `doctor` and the runtime tests compare. */

import { lowRankWeight } from '../formats/make.ts';
import { crc32c, showCrc } from '../io/crc32c.ts';
import { digits } from '../io/digits.ts';
import { descent } from '../methods/descent.ts';
import type { Params } from '../nn/module.ts';
import { modelNamed } from '../nn/models/all.ts';
import { adamw } from '../optim/adam.ts';
import { cosine } from '../optim/schedule.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { leavesOf } from '../tree.ts';
import { supervised } from './task.ts';
import { train } from './train.ts';

/** CRC-32C over the bits of all leaves in order; every NaN counts as the same one. */
export function hashOf(params: Params): string {
  let crc = 0;
  for (const [, leaf] of leavesOf<Tensor>(params)) {
    const data = dataSync(leaf).map((x: number) => (Number.isNaN(x) ? Number.NaN : x));
    crc = crc32c(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), crc);
  }
  return showCrc(crc);
}

const PROBES: Readonly<Record<string, { model: string; format: string }>> = {
  tucker: { model: 'lenet5', format: 'tucker' },
  ttMatrix: { model: 'mlp', format: 'ttMatrix' },
  residual: { model: 'resnet8', format: 'lowRank' },
  attention: { model: 'transformer-tiny', format: 'tt' },
};

/** The names of the probes. */
export const probeNames: readonly string[] = Object.keys(PROBES);

/** The hash of the parameters after so many steps of a probe on the embedded digits. */
export async function trainingHash(name: string, steps = 20): Promise<string> {
  const probe = PROBES[name]!;
  const data = digits();
  const weight = lowRankWeight({ format: probe.format, rank: 0.2 });
  const model = modelNamed(probe.model).build({ input: data.shape, classes: data.classes, weight });
  const task = supervised({ model, data, epochs: 10, maxSteps: steps, batchSize: 32, seed: 7 });
  const method = descent({ optimizer: adamw(), learningRate: 0.003, schedule: cosine() });
  const training = train(task, { method: method });
  for await (const step of training) void step;
  const hash = hashOf(training.params);
  training.dispose();
  return hash;
}
