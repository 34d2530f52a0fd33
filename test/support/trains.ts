/** rankwise's trains as an implementation under test, in one dtype on one backend, and samples of trains. */

import type { Backend } from '../../src/backend/backend.ts';
import { arrayOf, type Real } from '../../src/dtype.ts';
import { Factored, modesOf } from '../../src/formats/network.ts';
import { readSafetensors, writeSafetensors, decodeTensor } from '../../src/io/safetensors.ts';
import * as tt from '../../src/decompose/tt/index.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { trainOf } from '../../src/tt/train.ts';
import type { Cut, Gauge } from '../laws/tt.ts';
import type { MoreTrains } from '../laws/ttArithmetic.ts';
import { type Dense, dense } from '../laws/ttDense.ts';
import { leakFree } from './leaks.ts';
import { seeded } from './random.ts';

const units: Readonly<Record<Real, number>> = { f32: 2 ** -24, f64: 2 ** -53 };

/** Every call runs on `on` and leaves no block behind. */
export function trainsOn(on: Backend, dtype: Real): MoreTrains<Factored> {
  const run = <R>(body: () => R): R => leakFree(on, body);
  const put = ({ shape, values }: Dense): Tensor => tensor(values, shape, dtype);
  const get = (x: Tensor): Dense => ({ shape: x.shape, values: Float64Array.from(dataSync(x)) });
  const cut = ({ eps, atol, rank }: Cut): tt.RoundOptions => ({
    ...(eps === undefined ? {} : { eps }),
    ...(atol === undefined ? {} : { atol }),
    ...(rank === undefined ? {} : { maxRank: rank }),
  });
  return {
    unit: units[dtype],
    decompose: (a, { eps, rank }) =>
      run(() => {
        const options = { ...(eps === undefined ? {} : { eps }), ...(rank === undefined ? {} : { rank }) };
        const x = tt.decompose(put(a), options);
        return { x, error: x.report.error };
      }),
    cores: (x) => run(() => trainOf('cores', x).cores.map(get)),
    fromCores: (cores) => run(() => tt.fromCores(cores.map(put))),
    full: (x) => run(() => get(tt.full(x))),
    add: (a, b) => run(() => tt.add(a, b)),
    sub: (a, b) => run(() => tt.sub(a, b)),
    scale: (x, factor) => run(() => tt.scale(x, factor)),
    hadamard: (a, b) => run(() => tt.hadamard(a, b)),
    outer: (a, b) => run(() => tt.outer(a, b)),
    kron: (a, b) => run(() => tt.kron(a, b)),
    dot: (a, b) => run(() => tt.dot(a, b)),
    norm: (x) => run(() => tt.norm(x)),
    round: (x, options) => run(() => tt.round(x, cut(options))),
    orthogonalize: (x, center) => run(() => tt.orthogonalize(x, center)),
    permute: (x, order) => run(() => tt.permute(x, order)),
    split: (x, fold) => run(() => tt.split(x, fold)),
    merge: (x, counts) => run(() => mergedBy(x, counts)),
    element: (x, index) => run(() => tt.element(x, index)),
    gather: (x, indices) =>
      run(() => [
        ...dataSync(tt.gather(x, tensor(Int32Array.from(indices.flat()), [indices.length, indices[0]!.length]))),
      ]),
    slice: (x, ranges) => run(() => tt.slice(x, ranges)),
    sum: (x) => run(() => tt.sum(x)),
    sumOver: (x, modes) => run(() => tt.sum(x, modes)),
    bytes: (x) => run(() => bytesOf(x)),
    parse: (bytes) => run(() => parsed(bytes)),
  };
}

/** Every axis of the result is one mode. */
function mergedBy(x: Factored, counts: readonly number[]): Factored {
  let from = 0;
  const fold = counts.map((count) => [
    modesOf(x)
      .slice(from, (from += count))
      .reduce((n, m) => n * m, 1),
  ]);
  return tt.merge(x, fold);
}

function bytesOf(x: Factored): Uint8Array {
  const parts = Object.entries(x.parts).map(([name, part]) => {
    return [name, { dtype: part.dtype as Real, shape: part.shape, data: dataSync(part) }] as const;
  });
  const { format, net, axes } = x;
  return writeSafetensors(parts, [['train', JSON.stringify({ format, net, axes })]]);
}

function parsed(bytes: Uint8Array): Factored {
  const { tensors, metadata } = readSafetensors(bytes);
  const { format, net, axes } = JSON.parse(metadata.get('train')!);
  const parts = [...tensors].map(([name, stored]) => {
    return [name, tensor(decodeTensor(stored, name), stored.shape)] as const;
  });
  return new Factored(format, net, axes, Object.fromEntries(parts));
}

/** Numbers in [-1, 1), as the dtype holds them. */
export function noiseOf(shape: readonly number[], seed: number, dtype: Real): Dense {
  const random = seeded(seed);
  const values = arrayOf(
    dtype,
    shape.reduce((n, m) => n * m, 1),
  ).map(() => random());
  return { shape, values: Float64Array.from(values) };
}

/** A random train of the given modes and ranks. */
export function coresOf(modes: readonly number[], ranks: readonly number[], seed: number, dtype: Real): Dense[] {
  return modes.map((n, k) => noiseOf([ranks[k - 1] ?? 1, n, ranks[k] ?? 1], 100 * seed + k, dtype));
}

/** An orthogonal matrix for each rank (a product of reflections), times diag(1 ... condition) where that is above 1. */
export function gaugeOf(ranks: readonly number[], seed: number, condition = 1): Gauge {
  const pairs = ranks.map((r, k) => {
    const v = noiseOf([r], 7919 * seed + k, 'f64').values.map((x) => x + 0.1);
    const square = v.reduce((sum, x) => sum + x * x, 0);
    const H = (i: number, j: number): number => (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / square;
    const stretch = (i: number): number => (r === 1 ? 1 : condition ** (i / (r - 1)));
    const at = (f: (i: number, j: number) => number): Dense => dense([r, r], (n) => f(Math.floor(n / r), n % r));
    return { G: at((i, j) => H(i, j) * stretch(j)), inverse: at((i, j) => H(j, i) / stretch(i)) };
  });
  return { pairs, condition };
}
