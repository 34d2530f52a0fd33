/**
 * GFLOP/s of convolution and its two gradients, layer by layer, and as parts of a 256 x 256 x 256 product.
 * `npx tsx bench/ops/conv.bench.ts [part of a name]`
 */

import { backend } from '../../src/backend/current.ts';
import { type ConvOptions, geometryOf, outputShape } from '../../src/ops/convGeometry.ts';
import { runConv, runConvInput, runConvWeight } from '../../src/ops/convRun.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { type Shape, sizeOf } from '../../src/shape.ts';
import { tensor } from '../../src/tensor/create.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { seeded } from '../../test/support/random.ts';
import { printTable, timings } from '../suite.ts';

const layers: readonly (readonly [name: string, input: Shape, weight: Shape, options?: ConvOptions])[] = [
  ['lenet conv1', [64, 1, 28, 28], [20, 1, 5, 5]],
  ['lenet conv2', [64, 20, 12, 12], [50, 20, 5, 5]],
  ['resnet stem', [64, 3, 32, 32], [16, 3, 3, 3], { padding: 1 }],
  ['resnet 16', [64, 16, 32, 32], [16, 16, 3, 3], { padding: 1 }],
  ['resnet 16 to 32', [64, 16, 32, 32], [32, 16, 3, 3], { padding: 1, stride: 2 }],
  ['resnet 32', [64, 32, 16, 16], [32, 32, 3, 3], { padding: 1 }],
  ['resnet 64', [64, 64, 8, 8], [64, 64, 3, 3], { padding: 1 }],
  ['vgg 128 to 256', [64, 128, 4, 4], [256, 128, 3, 3], { padding: 1 }],
  ['1 x 1', [64, 64, 8, 8], [16, 64, 1, 1]],
  ['depthwise 32', [64, 32, 16, 16], [32, 1, 3, 3], { padding: 1, groups: 32 }],
];

const TIME = 150;

function random(shape: Shape): Tensor {
  return tensor(Float32Array.from({ length: sizeOf(shape) }, seeded(1)), shape);
}

/** Milliseconds of each function; temporaries are freed after each call. */
async function milliseconds(runs: readonly (() => void)[]): Promise<number[]> {
  const tasks = runs.map((run, k) => [String(k), () => scope(run)] as const);
  return (await timings(tasks, TIME)).map(({ ms }) => ms);
}

const wanted = layers.filter(([name]) => name.includes(process.argv[2] ?? ''));
const square = random([256, 256]);
const [peakMs] = await milliseconds([() => matmul(square, square)]);
const peak = (2 * 256 ** 3) / peakMs / 1e6;
const rows = [['layer', 'MFLOP', 'forward', 'input gradient', 'weight gradient']];
for (const [name, input, weight, options = {}] of wanted) {
  const geometry = geometryOf('bench', input, weight, options);
  const on = backend();
  const [x, w, y] = [input, weight, outputShape(geometry)].map((shape) => scope(() => random(shape)));
  for (const t of [x, w, y]) t.storage.upload(on, 'bench');
  const flops = 2 * y.size * weight[1] * weight[2] * weight[3];
  const times = await milliseconds([
    () => runConv(y, x, w, geometry, on),
    () => runConvInput(x, y, w, geometry, on),
    () => runConvWeight(w, x, y, geometry, on),
  ]);
  const cell = (ms: number): string => {
    const speed = flops / ms / 1e6;
    return `${speed.toFixed(1)} (${((100 * speed) / peak).toFixed(0)} %)`;
  };
  rows.push([name, (flops / 1e6).toFixed(0), ...times.map(cell)]);
}
process.stdout.write(`GFLOP/s, and per cent of ${peak.toFixed(1)}\n`);
printTable(rows);
