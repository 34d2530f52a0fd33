/** One side of mlp.bench.ts: rankwise. */

import { createInterface } from 'node:readline';
import { descent } from '../../src/methods/descent.ts';
import type { Batch } from '../../src/methods/method.ts';
import { losses } from '../../src/nn/loss.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { train } from '../../src/train/train.ts';

const [batch, inputs] = [64, 784];
const x = Float32Array.from({ length: batch * inputs }, (_, k) => ((k * 7919) % 255) / 255);
const y = Int32Array.from({ length: batch }, (_, k) => k % 10);
const model = modelNamed('mlp').build({ input: [inputs], classes: 10, widths: [256] });
function* batches(): Generator<Batch> {
  for (let step = 0; ; step++) yield { x: tensor(x, [batch, inputs]), y: tensor(y), step, epoch: 0 };
}
const method = descent({ optimizer: sgd(), learningRate: 0.01 });
const training = train(
  {
    model,
    lossKind: 'crossEntropy',
    key: key(1),
    stepsPerEpoch: 1e9,
    totalSteps: 1e9,
    loss: (params, at, context) => losses.crossEntropy(model.apply(params, at.x, context), at.y),
    data: batches,
    batches,
  },
  { method },
);
const steps = training[Symbol.asyncIterator]();
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now();
  for (let k = 0; k < Number(line); k++) await steps.next();
  process.stdout.write(`${performance.now() - began}\n`);
}
