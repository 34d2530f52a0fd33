import * as tt from '../../src/decompose/tt/index.ts';
import { ShapeError } from '../../src/errors.ts';
import { inner } from '../../src/formats/algebra.ts';
import type { Factored } from '../../src/formats/network.ts';
import { mul } from '../../src/ops/binary.ts';
import { sumSquares } from '../../src/ops/reduce.ts';
import { tensor } from '../../src/tensor/create.ts';
import { item } from '../../src/tensor/read.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('tt tangent space');
const backends = [wasmBackend(), referenceBackend()];

const SHAPE = [4, 3, 5, 4];
const RANKS = [2, 4, 3];
const random = (seed: number, rank: readonly number[] = RANKS): Factored =>
  tt.random(SHAPE, { rank, seed, dtype: 'f64' });
/** |a - b| relative to |b|. */
const off = (a: Factored, b: Factored): number => tt.norm(tt.sub(a, b)) / tt.norm(b);

function eachBackend(check: () => void): void {
  for (const on of backends) leakFree(on, check);
}

/** The train of one core that is 1 at `at` and 0 elsewhere. */
function unitVector(n: number, at: number): Factored {
  const values = new Float64Array(n);
  values[at] = 1;
  return tt.fromCores([tensor(values, [1, n, 1])]);
}

function small(value: number, bound: number, what: string): void {
  assert.ok(Math.abs(value) <= bound, `${what}: ${value}`);
}

test('projects once and for all, orthogonally, and keeps the point', () => {
  eachBackend(() => {
    const space = tt.tangentSpace(random(1));
    const z = random(2, [3, 5, 2]);
    const P = tt.projectTangent(space, z);
    const train = tt.tangentTrain(P);
    small(off(tt.tangentTrain(tt.projectTangent(space, train)), train), 1e-14, 'P P - P');
    const rest = tt.sub(z, train);
    for (const seed of [3, 4, 5]) {
      const xi = tt.tangentTrain(tt.projectTangent(space, random(seed, [4, 4, 4])));
      small(tt.dot(rest, xi), 1e-14 * tt.norm(z) * tt.norm(xi), 'Z - P Z against a tangent vector');
    }
    small(off(tt.tangentTrain(tt.projectTangent(space, space.x)), space.x), 1e-14, 'P X - X');
    small(tt.norm(train) ** 2 + tt.norm(rest) ** 2 - tt.norm(z) ** 2, 1e-13 * tt.norm(z) ** 2, 'Pythagoras');
  });
});

test('has the dimension of the manifold', () => {
  const x = random(1);
  const space = tt.tangentSpace(x);
  const stored = 4 * 2 + 2 * 3 * 4 + 4 * 5 * 3 + 3 * 4;
  assert.is(tt.tangentDimension(space), stored - 4 - 16 - 9);
  assert.is(tt.tangentDimension(tt.tangentSpace(tt.random([7], { rank: 1 }))), 7);
  // As many projections of unit tensors are independent: their Gram matrix has the trace of a projector.
  const point = tt.random([2, 3, 2], { rank: [1, 2], seed: 5, dtype: 'f64' });
  const at = tt.tangentSpace(point);
  let trace = 0;
  for (let k = 0; k < 12; k++) {
    const unit = tt.outer(
      tt.outer(unitVector(2, k % 2), unitVector(3, Math.floor(k / 2) % 3)),
      unitVector(2, Math.floor(k / 6)),
    );
    trace += tt.norm(tt.tangentTrain(tt.projectTangent(at, unit))) ** 2;
  }
  assert.ok(Math.abs(trace - tt.tangentDimension(at)) < 1e-12, `trace ${trace}`);
});

test('measures tangent vectors core by core', () => {
  eachBackend(() => {
    const space = tt.tangentSpace(random(1));
    const [a, b] = [2, 3].map((seed) => tt.projectTangent(space, random(seed)));
    const [x, y] = [tt.tangentTrain(a!), tt.tangentTrain(b!)];
    small(tt.tangentDot(a!, b!) - tt.dot(x, y), 1e-13 * tt.norm(x) * tt.norm(y), 'inner product');
    const sum = tt.tangentTrain(tt.tangentSum(a!, 2, b!, -0.5));
    small(off(sum, tt.sub(tt.scale(x, 2), tt.scale(y, 0.5))), 1e-13, 'sum');
    for (const r of Object.entries(tt.ranksOf(x))) assert.ok(r[1] <= 2 * tt.ranksOf(space.x)[r[0]]!);
  });
});

test('retracts to second order, with the ranks of the point', () => {
  eachBackend(() => {
    const x = random(1);
    const space = tt.tangentSpace(x);
    const xi = tt.projectTangent(space, random(2));
    const errors = [1e-2, 1e-3].map((step) => {
      const y = tt.retract(xi, step);
      assert.equal(tt.ranksOf(y), tt.ranksOf(x));
      return off(y, tt.add(x, tt.scale(tt.tangentTrain(xi), step)));
    });
    assert.ok(errors[1]! < errors[0]! / 50, `${errors}`);
    small(off(tt.retract(xi, 0), x), 1e-14, 'step 0');
  });
});

test('transports by projection', () => {
  const space = tt.tangentSpace(random(1));
  const xi = tt.projectTangent(space, random(2));
  const there = tt.tangentSpace(tt.retract(xi, 0.1));
  const moved = tt.transport(xi, there);
  assert.is(moved.at, there);
  small(
    off(tt.tangentTrain(moved), tt.tangentTrain(tt.projectTangent(there, tt.tangentTrain(xi)))),
    1e-13,
    'transport',
  );
  throws(() => tt.tangentDot(xi, moved), ShapeError);
  throws(() => tt.tangentSum(xi, 1, moved, 1), ShapeError);
  throws(() => tt.projectTangent(space, tt.random([3, 3], { rank: 1, dtype: 'f64' })), ShapeError);
});

test('differentiates: the gradient is the projected Euclidean one', () => {
  eachBackend(() => {
    const space = tt.tangentSpace(random(1));
    const z = random(2);
    // f(X) = |X - Z|^2 / 2 has the Euclidean gradient X - Z.
    const f = (x: Factored) => mul(sumSquares(tt.full(tt.sub(x, z))), 0.5);
    const { value, gradient } = tt.tangentGradient(space, f);
    const want = tt.sub(space.x, z);
    small(item(value) - tt.norm(want) ** 2 / 2, 1e-12 * tt.norm(want) ** 2, 'value');
    small(off(tt.tangentTrain(gradient), tt.tangentTrain(tt.projectTangent(space, want))), 1e-12, 'gradient');
    const linear = tt.tangentGradient(space, (x) => inner(x, z)).gradient;
    small(off(tt.tangentTrain(linear), tt.tangentTrain(tt.projectTangent(space, z))), 1e-12, 'gradient of <X, Z>');
  });
});

test('works for hundreds of cores, TT-matrices and one core', () => {
  const long = tt.random(new Array<number>(200).fill(3), { rank: 3, dtype: 'f64', std: 1e-30 });
  const space = tt.tangentSpace(long);
  const P = tt.tangentTrain(tt.projectTangent(space, long));
  assert.ok(Math.abs(tt.logNorm(P) - tt.logNorm(long)) < 1e-10);
  const one = tt.random([6], { rank: 1, dtype: 'f64', seed: 1 });
  const z = tt.random([6], { rank: 1, dtype: 'f64', seed: 2 });
  small(off(tt.tangentTrain(tt.projectTangent(tt.tangentSpace(one), z)), z), 1e-15, 'one core');
});

test.run();
