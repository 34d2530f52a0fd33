/** Gradients of the arithmetic of trains through their cores, against central differences. */

import * as tt from '../../src/decompose/tt/index.ts';
import * as ttMatrix from '../../src/decompose/ttMatrix/index.ts';
import type { Factored } from '../../src/formats/network.ts';
import { norm } from '../../src/formats/algebra.ts';
import { tensor } from '../../src/tensor/create.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { noise } from '../laws/format.ts';
import { gradcheck } from '../support/gradcheck.ts';
import { sampleOf } from '../support/samples.ts';
import { suite } from '../support/test.ts';

const test = suite('gradients of tt');

const cores = (modes: readonly number[], rank: number, seed: number): Tensor[] =>
  modes.map((n, k) => noise([k === 0 ? 1 : rank, n, k === modes.length - 1 ? 1 : rank], seed + k));
const matrixCores = (seed: number): Tensor[] => [noise([1, 2, 3, 2], seed), noise([2, 3, 2, 1], seed + 1)];

/** A function of two trains of modes 2 x 3 x 2. */
function checkTwo(f: (a: Factored, b: Factored) => Factored): void {
  const inputs = [...cores([2, 3, 2], 2, 1), ...cores([2, 3, 2], 1, 9)];
  gradcheck((...xs) => tt.full(f(tt.fromCores(xs.slice(0, 3)), tt.fromCores(xs.slice(3)))), inputs.map(sampleOf));
}

function checkOne(f: (x: Factored) => Tensor): void {
  gradcheck((...xs) => f(tt.fromCores(xs)), cores([2, 3, 2], 2, 5).map(sampleOf));
}

test('hold for sums and products', () => {
  checkTwo(tt.add);
  checkTwo(tt.sub);
  checkTwo(tt.hadamard);
  checkTwo(tt.kron);
  checkTwo((a, b) => tt.outer(a, tt.slice(b, [0, 1])));
  checkOne((x) => tt.full(tt.scale(x, -2)));
});

test('hold for parts, sums over modes and other modes', () => {
  checkOne((x) => tt.full(tt.slice(x, [null, [1, 3], 1])));
  checkOne((x) => tt.full(tt.slice(x, [1])));
  checkOne((x) => tt.full(tt.sum(x, [1])));
  checkOne((x) => tt.gather(x, tensor(Int32Array.of(0, 2, 1, 1, 0, 0, 0, 2, 1), [3, 3])));
  checkOne((x) => tt.full(tt.merge(tt.reshape(x, [6, 2]), [[6], [2]])));
  checkOne((x) => tt.full(tt.split(tt.merge(tt.reshape(x, [12]), [[12]]), [[2, 3, 2]])));
});

test('hold for TT-matrices', () => {
  const inputs = [...matrixCores(1), ...matrixCores(5), ...cores([3, 2], 2, 7)];
  gradcheck((...xs) => {
    const [A, B] = [ttMatrix.fromCores(xs.slice(0, 2)), ttMatrix.fromCores(xs.slice(2, 4))];
    const square = ttMatrix.matmat(A, ttMatrix.transpose(B));
    return tt.full(ttMatrix.matvec(square, ttMatrix.matvec(A, tt.fromCores(xs.slice(4)))));
  }, inputs.map(sampleOf));
});

test('hold for gauges and tangent trains', () => {
  checkOne((x) => tt.full(tt.orthogonalize(x, 1)));
  const space = tt.tangentSpace(tt.random([2, 3, 2], { rank: 2, dtype: 'f64' }));
  const deltas = tt.projectTangent(space, tt.random([2, 3, 2], { rank: 2, dtype: 'f64', seed: 3 })).cores;
  gradcheck((...xs) => norm(tt.tangentTrain({ at: space, cores: xs })), deltas.map(sampleOf));
});

test.run();
