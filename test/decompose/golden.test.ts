/**
 * Ranks and errors of the textbook algorithms in NumPy (scripts/golden-decompositions.py), on tensors 1/(i + j + ...) and
 * on handwritten digits: ours are the same.
 */

import { readFileSync } from 'node:fs';
import * as cp from '../../src/decompose/cp/index.ts';
import * as tt from '../../src/decompose/tt/index.ts';
import * as tucker from '../../src/decompose/tucker/index.ts';
import { full } from '../../src/formats/algebra.ts';
import { type Factored, ranksOf } from '../../src/formats/network.ts';
import { digits } from '../../src/io/digits.ts';
import { sizeOf } from '../../src/shape.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('golden decompositions');

interface Trained {
  readonly tensor: string;
  readonly eps: number;
  readonly ranks: number[];
  readonly error: number;
}
interface Golden {
  readonly tt: readonly Trained[];
  readonly round: readonly Trained[];
  readonly hooi: readonly { readonly tensor: string; readonly ranks: number[]; readonly error: number }[];
  readonly cp: readonly { readonly tensor: string; readonly rank: number; readonly errors: number[] }[];
}
const golden = JSON.parse(readFileSync(new URL('../golden/decompositions.json', import.meta.url), 'utf8')) as Golden;

/** 1 / (i + j + ...), indices from 1; with `flip` the first one runs backwards. */
function hilbert(order: number, n: number, flip: boolean): Tensor {
  const shape = new Array<number>(order).fill(n);
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
    let sum = order;
    for (let k = order - 1, rest = at; k >= 0; k--, rest = Math.floor(rest / n)) {
      sum += k === 0 && flip ? n - 1 - (rest % n) : rest % n;
    }
    return 1 / sum;
  });
  return tensor(values, shape);
}

function images(flip: boolean): Tensor {
  const pixels = digits().test.images;
  const values = Float64Array.from({ length: 200 * 64 }, (_, k) =>
    Number(pixels[flip ? 64 * (199 - Math.floor(k / 64)) + (k % 64) : k]),
  );
  return tensor(values, [200, 8, 8]);
}

function tensorOf(name: string, flip = false): Tensor {
  if (name === 'digits') return images(flip);
  return name === 'hilbert3' ? hilbert(3, 20, flip) : hilbert(5, 8, flip);
}

/** |a + b - full(x)| / |a + b|, in f64 on the host. */
function errorOf(x: Factored, a: Tensor, b?: Tensor): number {
  const [got, left] = [dataSync(full(x)), dataSync(a)];
  const right = b === undefined ? new Float64Array(left.length) : dataSync(b);
  let [miss, size] = [0, 0];
  for (let k = 0; k < got.length; k++) {
    const want = left[k]! + right[k]!;
    miss += (got[k]! - want) ** 2;
    size += want ** 2;
  }
  return Math.sqrt(miss / size);
}

/** Within a relative 1e-6, and 1e-12 of rounding. */
const close = (got: number, want: number, what: string): void =>
  assert.ok(Math.abs(got - want) <= 1e-6 * want + 1e-12, `${what}: ${got}, expected ${want}`);

for (const { tensor: name, eps, ranks, error } of golden.tt) {
  test(`TT-SVD of ${name} at ${eps}`, () => {
    const a = tensorOf(name);
    const x = tt.decompose(a, { eps });
    assert.equal(Object.values(ranksOf(x)), ranks);
    close(errorOf(x, a), error, 'error');
    close(x.report.error, error, 'reported error');
  });
}

for (const { tensor: name, eps, ranks, error } of golden.round) {
  test(`rounding of a sum of ${name} at ${eps}`, () => {
    const [a, b] = [tensorOf(name), tensorOf(name, true)];
    const sum = tt.add(tt.decompose(a, { eps: 1e-10 }), tt.decompose(b, { eps: 1e-10 }));
    const x = tt.round(sum, { eps });
    assert.equal(Object.values(ranksOf(x)), ranks);
    const got = errorOf(x, a, b);
    // Both start from trains that are 1e-10 off, each in its own way.
    assert.ok(Math.abs(got - error) <= 1e-6 * error + 3e-10, `error ${got}, expected ${error}`);
  });
}

for (const { tensor: name, ranks, error } of golden.hooi) {
  test(`HOOI of ${name} at ranks ${ranks}`, () => {
    const a = tensorOf(name);
    const x = tucker.decompose(a, { rank: ranks, method: 'hooi', sweeps: 50, stop: 0 });
    close(errorOf(x, a), error, 'error');
    close(x.report.error, error, 'reported error');
  });
}

for (const { tensor: name, rank, errors } of golden.cp) {
  test(`CP-ALS of ${name} at rank ${rank}`, () => {
    const a = tensorOf(name);
    const x = cp.decompose(a, { rank, init: 'svd', sweeps: errors.length, stop: 0 });
    close(errorOf(x, a), errors.at(-1)!, 'error');
    errors.forEach((error, k) => close(x.report.history[k]!, error, `error of sweep ${k + 1}`));
  });
}

test.run();
