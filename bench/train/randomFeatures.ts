/**
 * The control of networks whose hidden layers are trained: hidden layers as they were drawn, and an output layer by ridge
 * regression on their features (Rahimi & Recht 2008). The weight of the ridge is the one of a grid that does best on a part
 * of the training set; then all of that is used.
 */

import type { Dataset, Split } from '../../src/io/dataset.ts';
import { layersOf } from '../../src/methods/tenbcd/net.ts';
import { smallWeights } from '../../src/methods/tenbcd/start.ts';
import { withSites } from '../../src/methods/sites.ts';
import type { Params } from '../../src/nn/module.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { cast } from '../../src/ops/cast.ts';
import { diagonal } from '../../src/ops/einsum/diagonal.ts';
import { cholesky } from '../../src/ops/linalg/cholesky.ts';
import { triangularSolve } from '../../src/ops/linalg/triangularSolve.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { concat } from '../../src/ops/concat.ts';
import { sum } from '../../src/ops/reduce.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { slice } from '../../src/ops/slice.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { fold } from '../../src/random.ts';
import { eye, full, tensor } from '../../src/tensor/create.ts';
import { dataSync, item } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { evaluate } from '../../src/train/evaluate.ts';
import { batchesOf, supervised } from '../../src/train/task.ts';
import type { Module } from '../../src/nn/module.ts';

const RIDGES = [1e-4, 1e-3, 1e-2, 1e-1, 1];

interface Sums {
  /** H'H and H'Y, H with a column of ones. */
  readonly gram: Tensor;
  readonly cross: Tensor;
}

/** Sums over a split of the features of a chain, in double precision. */
function sumsOf(model: Module, params: Params, split: Split, data: Dataset): Sums {
  const task = supervised({ model, data: { ...data, train: split }, epochs: 1 });
  const layers = layersOf(task, params, []);
  let sums: Sums | undefined;
  for (const { x, y } of batchesOf(split, data, 1024)) {
    sums = scope((): Sums => {
      let H = reshape(x, [x.shape[0]!, -1]);
      for (const { W, bias, rule, link } of layers.slice(0, -1)) {
        const linear = matmul(H, transpose(W));
        const active = rule.value(bias === null ? linear : add(linear, bias));
        H = link.skip === undefined ? active : add(active, H);
      }
      const rows = H.shape[0]!;
      const wide = cast(concat([H, full([rows, 1], 1)], 1), 'f64');
      const labels = dataSync(y);
      const targets = new Float64Array(rows * data.classes);
      for (let b = 0; b < rows; b++) targets[b * data.classes + labels[b]!] = 1;
      const Ht = transpose(wide);
      const [gram, cross] = [matmul(Ht, wide), matmul(Ht, tensor(targets, [rows, data.classes]))];
      return sums === undefined ? { gram, cross } : { gram: add(sums.gram, gram), cross: add(sums.cross, cross) };
    });
  }
  return sums!;
}

/** The parameters with an output layer that fits the features. */
function fitted(params: Params, { gram, cross }: Sums, classifier: string, ridge: number): Params {
  return scope(() => {
    const n = gram.shape[0]!;
    const trace = item(sum(diagonal(gram, 0, 1)));
    const L = cholesky(add(gram, mul(eye(n, 'f64'), (ridge * trace) / n)));
    const B = transpose(triangularSolve(L, triangularSolve(L, cross), { transpose: true }));
    const weight = cast(slice(B, [null, [0, n - 1]]), 'f32');
    const bias = cast(slice(B, [null, n - 1]), 'f32');
    return withSites(
      params,
      new Map([
        [`${classifier}.weight`, weight],
        [`${classifier}.bias`, bias],
      ]),
    );
  });
}

/** Random hidden layers of this gain and a fitted classifier. Shortcuts go around one layer each. */
export async function randomFeatures(
  model: Module,
  data: Dataset,
  options: { readonly seed: number; readonly gain: number; readonly classifier?: string },
): Promise<{ params: Params; ridge: number }> {
  const { seed, gain, classifier = 'classifier' } = options;
  const task = supervised({ model, data, epochs: 1, seed });
  const params = scope(() => smallWeights(task, model.init(fold(task.key, 'init'), ''), gain, 0.1));
  const { train } = data;
  const size = train.images.length / train.count;
  const cut = Math.floor(0.85 * train.count);
  const part = (from: number, to: number): Split => ({
    count: to - from,
    images: train.images.subarray(from * size, to * size),
    labels: train.labels.subarray(from, to),
  });
  const [most, rest] = [part(0, cut), part(cut, train.count)];
  const sums = sumsOf(model, params, most, data);
  let best = { ridge: RIDGES[0]!, accuracy: -1 };
  for (const ridge of RIDGES) {
    const { accuracy } = await evaluate(model, fitted(params, sums, classifier, ridge), batchesOf(rest, data));
    if (accuracy! > best.accuracy) best = { ridge, accuracy: accuracy! };
  }
  return { params: fitted(params, sumsOf(model, params, train, data), classifier, best.ridge), ridge: best.ridge };
}
