/** One side of mlp.bench.ts: TensorFlow.js on its plain JavaScript backend, as its documentation trains a network. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(process.cwd(), 'package.json'));
console.warn = () => {};
const tf = require('@tensorflow/tfjs');
await tf.setBackend('cpu');
const [batch, inputs] = [64, 784];
const x = tf.tensor(
  Float32Array.from({ length: batch * inputs }, (_, k) => ((k * 7919) % 255) / 255),
  [batch, inputs],
);
const y = tf
  .oneHot(
    tf.tensor1d(
      Int32Array.from({ length: batch }, (_, k) => k % 10),
      'int32',
    ),
    10,
  )
  .toFloat();
const w1 = tf.variable(tf.randomNormal([inputs, 256], 0, 0.05));
const b1 = tf.variable(tf.zeros([256]));
const w2 = tf.variable(tf.randomNormal([256, 10], 0, 0.06));
const b2 = tf.variable(tf.zeros([10]));
const optimizer = tf.train.sgd(0.01);
const loss = () => tf.losses.softmaxCrossEntropy(y, x.matMul(w1).add(b1).relu().matMul(w2).add(b2));
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now();
  for (let k = 0; k < Number(line); k++) {
    const value = optimizer.minimize(loss, true);
    value.dataSync();
    value.dispose();
  }
  process.stdout.write(`${performance.now() - began}\n`);
}
