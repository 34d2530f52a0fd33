/** The same seed gives the same model file: twice, under both backends, and whether or not the run was saved on its way. */

import { init } from '../../src/backend/current.ts';
import { lowRankWeight } from '../../src/formats/make.ts';
import { digits } from '../../src/io/digits.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import { saveCheckpoint } from '../../src/train/checkpoint.ts';
import { type ModelSpec, saveModel } from '../../src/train/modelFile.ts';
import { supervised } from '../../src/train/task.ts';
import { train } from '../../src/train/train.ts';
import { sameBytes } from '../support/bytes.ts';
import { suite } from '../support/test.ts';
import { methodOf, someSettings } from '../support/toys.ts';

const test = suite('repeated runs');

const STEPS = 20;
const data = digits();
/** Small, but with every kind of layer; the reference runs them in plain loops. */
const runs = [
  { model: 'mlp', format: 'tt', settings: 'momentum and plateau', widths: [32, 16] },
  { model: 'lenet5', format: 'tucker', settings: 'adamw', width: 0.2 },
  { model: 'resnet8', format: 'cp', settings: 'adam with clipping', width: 0.25 },
  { model: 'transformer-tiny', format: 'ht', settings: 'momentum and plateau', width: 0.25 },
] as const;
type Case = (typeof runs)[number];

/** The model file after 20 steps. */
async function modelFile({ model: name, format, settings, ...size }: Case, saves = false): Promise<Uint8Array> {
  const weight = lowRankWeight({ format, rank: 0.4 });
  const model = modelNamed(name).build({ input: data.shape, classes: data.classes, ...size, weight });
  const augment = { flip: true, crop: 1 };
  const task = supervised({ model, data, epochs: 9, maxSteps: STEPS, batchSize: 16, seed: 3, augment });
  const run = train(task, { method: methodOf('descent', someSettings[settings]) });
  for await (const { step } of run) if (saves && step % 7 === 0) saveCheckpoint(run.snapshot(), null);
  const { mean, std, shape: input, classes } = data;
  const spec: ModelSpec = { model: name, ...size, input, classes, mean, std, loss: 'crossEntropy', data: 'digits' };
  const bytes = saveModel(spec, run.finish());
  run.dispose();
  return bytes;
}

for (const run of runs) {
  test(`${run.model} in ${run.format}: twice, saved on the way or not, and under the reference`, async () => {
    init({ backend: 'wasm' });
    const first = await modelFile(run);
    sameBytes(await modelFile(run, true), first, 'a second run');
    init({ backend: 'reference' });
    sameBytes(await modelFile(run), first, 'the reference');
    init({ backend: 'wasm' });
  });
}

test.run();
