/**
 * What every runtime must get to the last bit: own functions, random numbers, contractions, convolutions, network
 * operations, formats, factorizations, training, and the bytes of a model file. A hash a family; the expected ones are committed in
 * test/golden/hashes.json and, for training, in src/train/probeHashes.ts. `npm run golden:hashes` writes both.
 */

import { full, hadamard, inner } from '../../src/formats/algebra.ts';
import { formats } from '../../src/formats/all.ts';
import { applyWeight } from '../../src/formats/apply.ts';
import type { Axis } from '../../src/formats/format.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { lowRankWeight } from '../../src/formats/make.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import { crc32c, showCrc } from '../../src/io/crc32c.ts';
import { digits } from '../../src/io/digits.ts';
import { permutation } from '../../src/io/shuffle.ts';
import * as math from '../../src/math.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import type { Real } from '../../src/dtype.ts';
import { batchNorm } from '../../src/ops/batchNorm.ts';
import { conv2d } from '../../src/ops/conv.ts';
import { einsum } from '../../src/ops/einsum/einsum.ts';
import { vjp } from '../../src/ops/grad.ts';
import { layerNorm } from '../../src/ops/layerNorm.ts';
import { softmaxCrossEntropy } from '../../src/ops/loss.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { maxPool2d } from '../../src/ops/pool.ts';
import { dropoutMask, normal, uniform } from '../../src/ops/random.ts';
import { sum } from '../../src/ops/reduce.ts';
import { softmax } from '../../src/ops/softmax.ts';
import { gelu, sigmoid, tanh } from '../../src/ops/unary.ts';
import { fold, key, philox } from '../../src/random.ts';
import { ones, tensor } from '../../src/tensor/create.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { saveModel } from '../../src/train/modelFile.ts';
import { hashOf, probeNames, trainingHash } from '../../src/train/probe.ts';
import type { Tree } from '../../src/tree.ts';
import { factorHashes } from './factorHashes.ts';

export type Hashes = Readonly<Record<string, string>>;

const REALS: readonly Real[] = ['f32', 'f64'];

/** One hash over the elements of a tree of tensors made in a scope. */
const over = (make: () => Tree<Tensor>): string => scope(() => hashOf(make()));

/** A tensor of normal numbers that depends on its name alone. */
const drawn = (name: string, shape: readonly number[], dtype: Real): Tensor => {
  return normal(fold(key(5), name), shape, { dtype });
};

/** A function, its operands, and its gradients at them. */
function pulled(fn: (...xs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tree<Tensor> {
  const { value, gradients } = vjp((...xs) => sum(fn(...xs)), inputs, ones([], inputs[0]!.dtype as Real));
  return { y: fn(...inputs), value, gradients: [...gradients] } as unknown as Tree<Tensor>;
}

/** Arguments of functions: an even grid, all magnitudes, and what is special. */
function grid(): Float64Array {
  const even = Array.from({ length: 4001 }, (_, k) => (k - 2000) / 64);
  const steep: number[] = [];
  for (let x = Number.MIN_VALUE; x < Infinity; x *= 1.7) steep.push(x, -x);
  return Float64Array.from([...even, ...steep, 0, -0, 1, -1, Infinity, -Infinity, Number.NaN]);
}

function mathHashes(): Hashes {
  const xs = grid();
  const hashes: Record<string, string> = {};
  for (const [name, fn] of Object.entries(math)) {
    if (typeof fn !== 'function') continue;
    if (name === 'pow') {
      const powers = [0.5, 2, -3, 1 / 3, 7.25, -0.125];
      hashes['math.pow'] = hashOf(tensor(Float64Array.from(powers.flatMap((p) => [...xs.map((x) => math.pow(x, p))]))));
      continue;
    }
    const single = name.endsWith('f') && name !== 'erf';
    const values = xs.map((x) => (fn as (x: number) => number)(single ? Math.fround(x) : x));
    hashes[`math.${name}`] = hashOf(tensor(values));
  }
  return hashes;
}

function randomHashes(): Hashes {
  const words = Array.from({ length: 500 }, (_, k) => philox([k, -k, 3, k * 77777], k * 12345, -k)).flat();
  const draws = (dtype: Real): Tree<Tensor> => [
    uniform(fold(key(1), 'u'), [1003], { low: -2, high: 3, dtype }),
    normal(fold(key(2), 'n', 7), [1003], { mean: 1, std: 0.5, dtype }),
    dropoutMask(fold(key(1099511627776), 'd'), 0.3, [1003], dtype),
  ];
  return {
    'random.philox': hashOf(tensor(Int32Array.from(words))),
    'random.f32': over(() => draws('f32')),
    'random.f64': over(() => draws('f64')),
    'random.order': hashOf(tensor(permutation(1797, 7, 3))),
  };
}

const CONTRACTIONS: readonly (readonly [spec: string, ...shapes: number[][]])[] = [
  ['ij,jk->ik', [33, 70], [70, 41]],
  ['bij,bkj->bik', [3, 17, 9], [3, 21, 9]],
  ['ir,jr,kr->ijk', [9, 5], [8, 5], [7, 5]],
  ['ar,rbs,sct,td->abcd', [4, 3], [3, 5, 4], [4, 6, 2], [2, 5]],
  ['iij,j->i', [12, 12, 7], [7]],
  ['nchw,oc->nohw', [2, 6, 5, 5], [9, 6]],
];

function einsumHash(dtype: Real): string {
  const all = CONTRACTIONS.map(([spec, ...shapes]) => () => {
    const inputs = shapes.map((shape, k) => drawn(`${spec} ${k}`, shape, dtype));
    return pulled((...xs) => einsum(spec, ...xs), inputs);
  });
  const large = (): Tensor => matmul(drawn('large a', [130, 300], dtype), drawn('large b', [300, 65], dtype));
  return over(() => [...all.map((make) => make()), large()]);
}

function convHash(dtype: Real): string {
  const x = (): Tensor => drawn('image', [3, 6, 13, 11], dtype);
  const options = [{ padding: 1 }, { stride: 2, padding: 2 }, { dilation: 2 }, { groups: 3, padding: 'same' as const }];
  return over(() =>
    options.map((option, k) => {
      const weight = drawn(`filter ${k}`, [9, 6 / (option.groups ?? 1), 3, 3], dtype);
      return pulled((image, filter) => conv2d(image, filter, option), [x(), weight]);
    }),
  );
}

function networkHash(dtype: Real): string {
  const labels = tensor(Int32Array.from({ length: 12 }, (_, k) => (5 * k) % 10));
  return over(() => {
    const x = drawn('logits', [12, 10], dtype);
    const [gamma, beta] = [drawn('gamma', [6], dtype), drawn('beta', [6], dtype)];
    const image = drawn('image', [4, 6, 8, 8], dtype);
    return [
      pulled((logits) => softmaxCrossEntropy(logits, labels), [x]),
      pulled((logits) => softmax(logits), [x]),
      pulled((v, g, b) => layerNorm(v, { gamma: g, beta: b, eps: 1e-5 }), [drawn('rows', [9, 6], dtype), gamma, beta]),
      pulled((v, g, b) => batchNorm(v, { gamma: g, beta: b, eps: 1e-5 }).y, [image, gamma, beta]),
      pulled((v) => maxPool2d(v, { window: 3, stride: 2, padding: 1 }), [image]),
      pulled((v) => tanh(gelu(sigmoid(v))), [x]),
    ];
  });
}

const AXES: readonly Axis[] = [
  { size: 24, role: 'out' },
  { size: 18, role: 'in' },
];

function formatHash(name: string, dtype: Real): string {
  const format = formats.find((one) => one.name === name)!;
  const layout = format.layout(AXES);
  const make = (seed: number) => {
    return randomFactored(name, layout, resolveRanks(format, layout, 3), { std: 0.4, key: key(seed), dtype });
  };
  return over(() => {
    const [a, b] = [make(1), make(2)];
    const product = { weight: ['o', 'i'], input: ['b', 'i'], out: ['b', 'o'] };
    return [full(a), inner(a, b), full(hadamard(a, b)), applyWeight(a, drawn('input', [5, 18], dtype), product)];
  });
}

/** The bytes of a model file: header, metadata and weights. */
function fileHash(): string {
  const { shape, classes, mean, std } = digits();
  const weight = lowRankWeight({ format: 'tucker', rank: 0.2 });
  const model = modelNamed('mlp').build({ input: shape, classes, weight });
  const spec = { model: 'mlp', input: shape, classes, loss: 'crossEntropy' as const, data: 'digits', mean, std };
  return showCrc(crc32c(saveModel(spec, model.init(key(3), ''))));
}

/** What backends have in common: everything but factorizations and training. */
export function arithmeticHashes(): Hashes {
  const hashes: Record<string, string> = { ...mathHashes(), ...randomHashes() };
  for (const dtype of REALS) {
    hashes[`einsum.${dtype}`] = einsumHash(dtype);
    hashes[`conv.${dtype}`] = convHash(dtype);
    hashes[`network.${dtype}`] = networkHash(dtype);
    for (const { name } of formats) hashes[`format.${name}.${dtype}`] = formatHash(name, dtype);
  }
  hashes['model.safetensors'] = fileHash();
  return hashes;
}

/** Everything but training, as compiled kernels give it. */
export function compiledHashes(): Hashes {
  return { ...arithmeticHashes(), ...factorHashes(drawn, over) };
}

/** Parameters after 20 steps of every training probe. */
export async function trainingHashes(): Promise<Hashes> {
  const hashes: Record<string, string> = {};
  for (const name of probeNames) hashes[name] = await trainingHash(name);
  return hashes;
}
