/**
 * What holds for every tensor format, from its network alone: algebra agrees with the dense tensors, entries and products
 * with inputs agree with the full tensor, random tensors have the spread that was asked for, budgets are kept, and a
 * tensor survives being packed.
 */

import { RankError } from '../../src/errors.ts';
import { formatNamed } from '../../src/formats/all.ts';
import { add, full, hadamard, inner, norm, scale } from '../../src/formats/algebra.ts';
import { applyWeight } from '../../src/formats/apply.ts';
import { at, rows } from '../../src/formats/entries.ts';
import type { Axis } from '../../src/formats/format.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { bondsOf, countOf, Factored, ranksOf } from '../../src/formats/network.ts';
import { denseSize, type RankRequest, resolveRanks } from '../../src/formats/rank.ts';
import { pack, unpack } from '../../src/formats/store.ts';
import { einsum } from '../../src/ops/einsum/einsum.ts';
import { vjp } from '../../src/ops/grad.ts';
import { key } from '../../src/random.ts';
import { sizeOf } from '../../src/shape.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync, item } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const out = (size: number): Axis => ({ size, role: 'out' });
const into = (size: number): Axis => ({ size, role: 'in' });
const window = (size: number): Axis => ({ size, role: 'window' });

const shapes: readonly (readonly Axis[])[] = [
  [out(12), into(10)],
  [out(30), into(28)],
  [out(1), into(7)],
  [out(13), into(11)],
  [out(6), into(4), window(3), window(3)],
  [out(7), into(5), window(1), window(2)],
];

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
}

/** Largest difference of two tensors, relative to the largest element. */
export function difference(a: Tensor, b: Tensor): number {
  assert.equal(a.shape, b.shape);
  const [x, y] = [dataSync(a), dataSync(b)] as [Float64Array, Float64Array];
  const off = x.reduce((m: number, v: number, k: number) => Math.max(m, Math.abs(v - y[k]!)), 0);
  return off / Math.max(largest(x), largest(y), 1e-300);
}

/** Random numbers in [-1, 1). */
export function noise(shape: readonly number[], seed: number): Tensor {
  const random = seeded(seed);
  return tensor(
    Float64Array.from({ length: sizeOf(shape) }, () => random()),
    shape,
  );
}

export function formatLaws(name: string): void {
  const test = suite(`format ${name}`);
  const format = formatNamed(name);
  const make = (axes: readonly Axis[], rank: RankRequest, seed: number, std = 1): Factored => {
    const layout = format.layout(axes);
    return randomFactored(name, layout, resolveRanks(format, layout, rank), { std, key: key(seed), dtype: 'f64' });
  };
  const each = (check: (axes: readonly Axis[], shape: number[]) => void): void => {
    for (const axes of shapes)
      check(
        axes,
        axes.map(({ size }) => size),
      );
  };

  test('has the shape, the bonds and the count that its labels say', () => {
    each((axes, shape) => {
      const x = make(axes, 2, 1);
      assert.equal(x.shape, shape);
      assert.equal(full(x).shape, shape);
      assert.equal(Object.keys(ranksOf(x)), bondsOf(x.net));
      assert.is(
        x.count,
        Object.values(x.parts).reduce((n, part) => n + part.size, 0),
      );
    });
  });

  test('starts with the standard deviation asked for, within 5 %', () => {
    each((axes) => {
      for (const rank of [1, 2, 5]) {
        const values = dataSync(full(make(axes, rank, 7, 0.3))) as Float64Array;
        const squares = values.reduce((sum: number, v: number) => sum + v * v, 0);
        const spread = Math.sqrt(squares / values.length);
        assert.ok(Math.abs(spread / 0.3 - 1) < 0.05, `spread ${spread} at rank ${rank}`);
      }
    });
  });

  test('adds, multiplies, scales and measures like the dense tensor', () => {
    each((axes) => {
      const [a, b] = [make(axes, 2, 1), make(axes, 3, 2)];
      const [A, B] = [full(a), full(b)];
      const elementwise = (f: (x: number, y: number) => number): Tensor =>
        tensor(
          Float64Array.from(dataSync(A), (x, k) => f(x, dataSync(B)[k]!)),
          A.shape,
        );
      assert.ok(
        difference(
          full(add(a, b)),
          elementwise((x, y) => x + y),
        ) < 1e-13,
      );
      assert.ok(
        difference(
          full(hadamard(a, b)),
          elementwise((x, y) => x * y),
        ) < 1e-13,
      );
      assert.ok(
        difference(
          full(scale(a, -2.5)),
          elementwise((x) => -2.5 * x),
        ) < 1e-13,
      );
      const dot = (dataSync(elementwise((x, y) => x * y)) as Float64Array).reduce((s: number, v: number) => s + v, 0);
      const size = Math.sqrt((dataSync(A) as Float64Array).reduce((s: number, v: number) => s + v * v, 0));
      assert.ok(Math.abs(item(inner(a, b)) - dot) < 1e-12 * size * Math.sqrt(B.size));
      assert.ok(Math.abs(item(norm(a)) / size - 1) < 1e-12);
      for (const [bond, rank] of Object.entries(ranksOf(add(a, b)))) {
        assert.is(rank, ranksOf(a)[bond]! + ranksOf(b)[bond]!);
      }
    });
  });

  test('gives single entries and rows without forming the tensor', () => {
    each((axes, shape) => {
      const x = make(axes, 3, 3);
      const dense = full(x);
      const values = dataSync(dense);
      const index = shape.map((n, k) => (3 * k + 5) % n);
      const flat = index.reduce((at, i, k) => at * shape[k]! + i, 0);
      assert.ok(Math.abs(item(at(x, index)) - values[flat]!) < 1e-12 * largest(values));
      const picked = tensor(Int32Array.of(shape[0]! - 1, 0, shape[0]! - 1));
      assert.ok(difference(rows(x, picked), rows(dense, picked)) < 1e-12);
    });
  });

  test('multiplies inputs as the full weight does, with the same gradients', () => {
    const axes = [out(12), into(10)];
    const w = make(axes, 2, 4);
    const x = noise([5, 10], 5);
    const product = { weight: ['o', 'i'], input: ['b', 'i'], out: ['b', 'o'] };
    const dense = full(w);
    assert.ok(difference(applyWeight(w, x, product), einsum('oi,bi->bo', dense, x)) < 1e-13);
    const g = noise([5, 12], 6);
    const names = Object.keys(w.parts);
    const through = (use: (w: Factored, x: Tensor) => Tensor) =>
      vjp(
        (input, ...parts) =>
          use(new Factored(w.format, w.net, w.axes, Object.fromEntries(names.map((n, k) => [n, parts[k]!]))), input),
        [x, ...Object.values(w.parts)],
        g,
      ).gradients;
    const parts = through((v, input) => applyWeight(v, input, product));
    const whole = through((v, input) => einsum('oi,bi->bo', full(v), input));
    parts.forEach((part, k) => assert.ok(difference(part, whole[k]!) < 1e-12, `gradient ${k}`));
  });

  test('keeps budgets: fractions and numbers of parameters are caps', () => {
    each((axes) => {
      const layout = format.layout(axes);
      const dense = denseSize(layout);
      const count = (rank: RankRequest): number =>
        countOf(layout.net, { ...layout.modes, ...resolveRanks(format, layout, rank) });
      const least = count(1);
      for (const budget of [least, least + 3, Math.floor(1.7 * least), 4 * least]) {
        const stored = count({ maxParams: budget });
        assert.ok(stored <= budget, `${stored} of ${budget}`);
        if (budget < dense) assert.ok(count((budget + 0.5) / dense) <= budget);
      }
      if (least <= dense) assert.ok(count('same') <= dense);
      else throws(() => count('same'), RankError, /rank 1 needs/);
      assert.ok(count(1000) >= count(2));
    });
  });

  test('survives being packed, and prints itself', () => {
    each((axes) => {
      const x = make(axes, 2, 9);
      const back = unpack(pack({ layer: { weight: x } })) as unknown as { layer: { weight: Factored } };
      assert.equal(dataSync(full(back.layer.weight)), dataSync(full(x)));
      assert.equal(back.layer.weight.shape, x.shape);
      assert.match(x.toString(), name);
    });
  });

  test.run();
}
