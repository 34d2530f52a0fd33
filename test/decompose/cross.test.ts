/** Cross approximation against the tensors it is not allowed to form, and the golden counts of its entries. */

import fc from 'fast-check';
import { DtypeError, FormatError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { cross } from '../../src/decompose/tt/cross.ts';
import { decompose } from '../../src/decompose/tt/decompose.ts';
import { full } from '../../src/formats/algebra.ts';
import { type Factored, ranksOf } from '../../src/formats/network.ts';
import { sizeOf } from '../../src/shape.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { element } from '../../src/tt/entries.ts';
import { indexOf } from '../support/samples.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('cross');

type Point = (...index: number[]) => number;

const total = (index: readonly number[]): number => index.reduce((sum, i) => sum + i, 0);
/** 1 / (i1 + ... + id), i = 1..n. */
const hilbert: Point = (...index) => 1 / (total(index) + index.length);
const five = [10, 10, 10, 10, 10];
const twenty = new Array<number>(20).fill(10);

function dense(f: Point, shape: readonly number[]): Tensor {
  return tensor(
    Float64Array.from({ length: sizeOf(shape) }, (_, k) => f(...indexOf(k, shape))),
    shape,
  );
}

function errorOf(x: Factored, a: Tensor): number {
  const [found, values] = [dataSync(full(x)), dataSync(a)];
  const square = (of: (k: number) => number): number => [...values.keys()].reduce((sum, k) => sum + of(k) * of(k), 0);
  return Math.sqrt(square((k) => found[k]! - values[k]!) / (square((k) => values[k]!) || 1));
}

const ranks = (x: Factored): number[] => Object.values(ranksOf(x));

/** Rank, entries asked for in 3 sweeps, relative error. */
const GOLDEN = [
  [2, 900, 2.64e-2],
  [4, 3240, 2.23e-4],
  [6, 7020, 7e-6],
  [8, 12240, 1.2e-9],
] as const;

test('has the golden counts and errors at fixed ranks', () => {
  const a = dense(hilbert, five);
  for (const [rank, evaluations, golden] of GOLDEN) {
    const best = decompose(a, { rank }).report.error;
    for (const seed of [0, 1, 2]) {
      const x = cross(hilbert, five, { rank, sweeps: 3, seed, check: 100 });
      const error = errorOf(x, a);
      assert.is(x.report.evaluations, evaluations + 100);
      assert.equal(ranks(x), [rank, rank, rank, rank]);
      assert.ok(error <= 10 * best, `rank ${rank}: ${error} for ${best}`);
      assert.ok(error <= 1.01 * golden, `rank ${rank}: ${error}`);
      assert.ok(x.report.estimated && x.report.history.length === 3);
      assert.ok(x.report.error > error / 2 && x.report.error < 2 * error, `estimate ${x.report.error} of ${error}`);
    }
  }
});

test('finds the ranks that an error needs', () => {
  const a = dense(hilbert, five);
  for (const eps of [1e-2, 1e-4, 1e-6, 1e-8, 1e-10]) {
    const best = decompose(a, { eps });
    const x = cross(hilbert, five, { eps, seed: 3 });
    assert.ok(errorOf(x, a) <= eps, `eps ${eps}: ${errorOf(x, a)}`);
    ranks(x).forEach((r, k) => {
      assert.ok(r <= ranks(best)[k]! + 1, `ranks ${ranks(x)} for ${ranks(best)}`);
    });
    assert.ok(x.report.converged && x.report.evaluations! < 80_000 && x.report.warnings.length === 0);
  }
});

test('never forms the tensor', () => {
  const sine: Point = (...index) => Math.sin(total(index) / 10);
  for (const options of [{ eps: 1e-9 }, { rank: 2 }]) {
    const x = cross(sine, twenty, options);
    assert.ok(x.report.error < 1e-9 && x.report.evaluations! < 60_000);
    assert.equal(ranks(x), new Array(19).fill(2));
    for (let k = 0; k < 20; k++) {
      const index = twenty.map((_, j) => (k * 7 + j * j * 3) % 10);
      assert.ok(Math.abs(element(x, index) - sine(...index)) < 1e-8);
    }
  }
  const inverse = cross(hilbert, twenty, { rank: 5, sweeps: 4 });
  assert.ok(inverse.report.error < 1e-4);
});

test('finds what its index sets miss, by the entries it checks itself on', () => {
  // Modes 0 and 9 depend on one another across ranks that the modes between do not need.
  const shape = new Array<number>(10).fill(10);
  const gauss: Point = (...i) => Math.exp(-i.reduce((sum, k) => sum + k * k, 0) / 50 - (i[0]! * i[9]!) / 100);
  const x = cross(gauss, shape, { eps: 1e-6 });
  assert.ok(x.report.error <= 1e-6, `error ${x.report.error}`);
  assert.ok(ranks(x).every((r) => r >= 3));
});

test('takes one mode, two modes, modes of size 1, constants and zero', () => {
  const line = cross((i) => i * i, [7], { rank: 3 });
  assert.equal([...dataSync(full(line))], [0, 1, 4, 9, 16, 25, 36]);
  assert.ok(!line.report.estimated && line.report.error === 0 && line.report.converged);
  assert.is(cross((i) => i, [300], { eps: 0.1 }).report.error, 0);
  for (const options of [{ eps: 1e-7 }, { rank: 9 }]) {
    const f: Point = (i, j) => 1 / (1 + i! + j!);
    assert.ok(errorOf(cross(f, [30, 40], options), dense(f, [30, 40])) < 1e-6);
    const g: Point = (...i) => 1 + total(i);
    assert.ok(errorOf(cross(g, [1, 5, 1, 3, 1], options), dense(g, [1, 5, 1, 3, 1])) < 1e-14);
    const zero = cross(() => 0, [4, 5, 6], options);
    assert.equal([zero.report.error, zero.report.converged], [0, true]);
    assert.ok(dataSync(full(zero)).every((x) => x === 0));
    const three = cross(() => 3, [4, 5, 6], options);
    assert.ok(dataSync(full(three)).every((x) => Math.abs(x - 3) < 1e-13));
  }
  assert.equal(ranks(cross(() => 3, twenty, { eps: 1e-8 })), new Array(19).fill(1));
  assert.equal(ranks(cross(() => 0, twenty, { eps: 1e-8 })), new Array(19).fill(1));
});

test('keeps ranks below their bounds and caps', () => {
  assert.equal(ranks(cross(hilbert, [3, 4, 5], { rank: 100 })), [3, 5]);
  assert.equal(ranks(cross(hilbert, [4, 4, 4], { rank: [9, 1] })), [4, 1]);
  const shape = [10, 10, 10, 10];
  const a = dense(hilbert, shape);
  const capped = cross(hilbert, shape, { eps: 1e-10, rank: 3 });
  assert.equal(ranks(capped), [3, 3, 3]);
  assert.ok(errorOf(capped, a) <= 1.1 * decompose(a, { rank: 3 }).report.error);
  assert.ok(!capped.report.converged && /above eps/.test(capped.report.warnings.join()));
  assert.ok(cross(hilbert, shape, { rank: { maxParams: 200 } }).count <= 200);
  const few = cross(hilbert, shape, { method: 'dmrg', rank: 2 });
  assert.equal(ranks(few), [2, 2, 2]);
});

test('folds axes and takes batches, in the order of their indices', () => {
  const wave = (i: number, j: number): number => Math.sin(i / 100) * Math.cos(j / 3) + i / 1000;
  const fold = [new Array<number>(10).fill(2), [3, 2]];
  const a = dense(wave as Point, [1024, 6]);
  const batch = (indices: Int32Array, count: number): Float64Array =>
    Float64Array.from({ length: count }, (_, k) => wave(indices[2 * k]!, indices[2 * k + 1]!));
  for (const options of [
    { eps: 1e-9, fold },
    { rank: 6, fold },
  ]) {
    const x = cross(wave as Point, [1024, 6], options);
    assert.equal(x.shape, [1024, 6]);
    assert.ok(errorOf(x, a) < 1e-9);
    const y = cross({ batch }, [1024, 6], options);
    assert.equal(dataSync(full(y)), dataSync(full(x)));
    assert.equal(y.report, x.report);
  }
});

test('recovers trains of planted ranks', () => {
  const planted = fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5 }),
    fc.integer({ min: 0, max: 999 }),
  );
  holds(
    30,
    fc.property(planted, fc.boolean(), ([terms, shape, seed], isFixed) => {
      // A sum of products has ranks at most the number of terms.
      const wave = (t: number, k: number, i: number): number => Math.cos(1 + t * (1 + seed) + k * 3.3 + i * (t + 0.7));
      const f: Point = (...index) => {
        let sum = 0;
        for (let t = 0; t < terms; t++) sum += index.reduce((product, i, k) => product * wave(t, k, i), 1);
        return sum;
      };
      const x = cross(f, shape, isFixed ? { rank: terms + 1, seed } : { eps: 1e-9, seed });
      assert.ok(errorOf(x, dense(f, shape)) <= 1e-8, `error ${errorOf(x, dense(f, shape))}`);
      if (!isFixed) assert.ok(ranks(x).every((r) => r <= terms));
    }),
  );
});

test('gives the same bits for the same seed, in any dtype and at any scale', () => {
  for (const options of [{ eps: 1e-5 }, { rank: 3 }]) {
    const shape = [6, 7, 8, 5];
    const parts = (f: Point, more: object = {}): number[][] =>
      Object.values(cross(f, shape, { ...options, ...more }).parts).map((part) => [...dataSync(part)]);
    const x = parts(hilbert, { seed: 4 });
    assert.equal(parts(hilbert, { seed: 4 }), x);
    assert.not.equal(parts(hilbert, { seed: 5 }), x);
    for (const n of [-900, 900]) {
      const scaled = cross((...i) => hilbert(...i) * 2 ** n, shape, { ...options, seed: 4 });
      const back = dataSync(full(scaled)).map((value) => value * 2 ** -n);
      const want = dataSync(full(cross(hilbert, shape, { ...options, seed: 4 })));
      assert.equal(back, want);
    }
    const single = cross(hilbert, shape, { ...options, seed: 4, dtype: 'f32' });
    assert.ok(Object.values(single.parts).every(({ dtype }) => dtype === 'f32'));
    assert.equal(
      Object.values(single.parts).map((part) => [...dataSync(part)]),
      x.map((part) => part.map(Math.fround)),
    );
  }
});

test('tells of its sweeps, ends when asked and leaves nothing behind', () => {
  const heard: number[] = [];
  const x = cross(hilbert, [8, 8, 8], { eps: 1e-6, onProgress: ({ step, of, error }) => heard.push(step, of, error) });
  assert.equal(
    heard,
    x.report.history.flatMap((error, k) => [k + 1, 10, error]),
  );
  for (const options of [{ eps: 1e-6 }, { rank: 3 }]) {
    const stop = new AbortController();
    let asked = 0;
    const late: Point = (...i) => {
      if (++asked === 400) stop.abort(new Error('enough'));
      return hilbert(...i);
    };
    assert.throws(() => cross(late, twenty, { ...options, signal: stop.signal, check: 1 }), /enough/);
    assert.ok(asked < 5000);
  }
  leakFree(wasmBackend(), () => cross(hilbert, [5, 6, 7], { eps: 1e-4 }));
  leakFree(wasmBackend(), () => cross(hilbert, [5, 6, 7], { rank: 3 }));
});

test('what is no problem is refused', () => {
  const bad = (options: object, error: new (...args: never[]) => Error, text?: RegExp): void =>
    throws(() => cross(hilbert, [4, 5, 6], options as never), error, text);
  bad({}, RankError);
  bad({ rank: 0 }, RankError);
  bad({ rank: 1.5 }, RankError);
  bad({ rank: [1, 2, 3] }, RankError);
  bad({ eps: -1 }, RankError);
  bad({ eps: Number.NaN }, RankError);
  bad({ eps: 0.1, method: 'fixed' }, RankError, /fixed/);
  bad({ eps: 0.1, method: 'ttsvd' }, FormatError);
  bad({ eps: 0.1, seed: 0.5 }, FormatError);
  bad({ eps: 0.1, sweeps: 0 }, FormatError);
  bad({ eps: 0.1, kick: -1 }, FormatError);
  bad({ eps: 0.1, check: 0 }, FormatError);
  bad({ eps: 0.1, dtype: 'i32' }, DtypeError);
  bad({ eps: 0.1, fold: [[2, 3], [5], [6]] }, ShapeError);
  throws(() => cross(hilbert, [], { rank: 1 }), ShapeError);
  throws(() => cross(hilbert, [3, 0], { rank: 1 }), ShapeError);
  throws(() => cross(hilbert, [2 ** 32], { rank: 1 }), ShapeError, /31 bits/);
  throws(() => cross(5 as never, [3, 3], { rank: 1 }), ShapeError);
  throws(() => cross({ batch: () => [1] }, [3, 3], { rank: 1 }), ShapeError, /1 values for 9/);
  const hole: Point = (i, j, k) => (i === 3 && j === 2 ? Number.NaN : i! + j! + k!);
  throws(() => cross(hole, [4, 5, 6], { eps: 0.1 }), NonFiniteError, /NaN at \[3, 2, \d\]/);
  throws(() => cross(() => Infinity, [4, 5, 6], { rank: 2 }), NonFiniteError);
});

test.run();
