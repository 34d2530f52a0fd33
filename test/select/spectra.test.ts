/** Spectra of unfoldings: ranks, sizes and error bounds of every tree format, from singular values alone. */

import { RankError } from '../../src/errors.ts';
import { formatNamed, formats } from '../../src/formats/all.ts';
import type { Role } from '../../src/formats/format.ts';
import { isTree } from '../../src/formats/treeNetwork.ts';
import { forecast } from '../../src/select/forecast.ts';
import { Spectra } from '../../src/select/spectra.ts';
import { sizeOf } from '../../src/shape.ts';
import { tensor } from '../../src/tensor/create.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('spectra');

const layoutOf = (name: string, shape: readonly number[]) => {
  const roles: Role[] = shape.length === 2 ? ['out', 'in'] : shape.map(() => 'out');
  return formatNamed(name).layout(shape.map((size, k) => ({ size, role: roles[k]! })));
};

function filled(shape: readonly number[], value: (at: number[]) => number): Tensor {
  const index = shape.map(() => 0);
  const data = Float64Array.from({ length: sizeOf(shape) }, () => {
    const x = value(index);
    for (let k = shape.length - 1; k >= 0 && ++index[k]! === shape[k]; k--) index[k] = 0;
    return x;
  });
  return tensor(data, shape);
}

test('a sum of coordinates has rank 2 at every bond of every tree', () => {
  const a = filled([4, 5, 6, 3], (at) => at.reduce((s, i) => s + i + 1, 0));
  const spectra = new Spectra(a);
  for (const { name } of formats.filter(({ name }) => ['tucker', 'tt', 'ht'].includes(name))) {
    const layout = layoutOf(name, a.shape);
    const { ranks, error, parameters } = forecast(layout, spectra.cuts(layout), 1e-10);
    assert.equal(new Set(Object.values(ranks)), new Set([2]), name);
    assert.ok(error < 1e-10 && parameters < 4 * 5 * 6 * 3);
  }
});

test('the bound is what was asked for at most, falls with eps, and is the error itself for a matrix', () => {
  const random = seeded(4);
  const a = filled([12, 9], ([i, j]) => 1 / (1 + i! + j!) + 0.01 * random());
  const layout = layoutOf('lowRank', a.shape);
  const cuts = new Spectra(a).cuts(layout);
  const values = Array.from(cuts[0]!.values);
  const norm = Math.sqrt(values.reduce((s, x) => s + x * x, 0));
  let before = 0;
  for (const eps of [0.5, 0.1, 0.01, 1e-3, 0]) {
    const { ranks, error, parameters } = forecast(layout, cuts, eps);
    const tail = Math.sqrt(values.slice(ranks.r!).reduce((s, x) => s + x * x, 0)) / norm;
    assert.ok(error <= eps && Math.abs(error - tail) < 1e-15);
    assert.is(parameters, ranks.r! * (12 + 9));
    assert.ok(ranks.r! >= before);
    before = ranks.r!;
  }
});

test('matrices are folded as their formats fold them; an unfolding is factorized once', () => {
  const a = filled([16, 12], ([i, j]) => Math.sin(i! + 1) * (j! + 1));
  const spectra = new Spectra(a);
  for (const { name, layout } of formats.map(({ name }) => ({ name, layout: layoutOf(name, a.shape) }))) {
    if (!isTree(layout.net)) {
      throws(() => spectra.cuts(layout), RankError, /tree/);
      continue;
    }
    const cuts = spectra.cuts(layout);
    for (const { shape, values } of cuts) {
      assert.is(shape[0] * shape[1], 192);
      assert.is(values.length, Math.min(...shape));
    }
    const again = spectra.cuts(layout);
    cuts.forEach(({ values }, k) => assert.ok(values === again[k]!.values, name));
  }
});

test('a circle beside a loose part is no tree, though its bonds are as many as those of one', () => {
  assert.not(isTree({ open: ['a', 'b'], parts: { x: ['a'], y: ['b', 'r', 's'], z: ['r', 's'] } }));
  assert.ok(isTree({ open: ['a', 'b'], parts: { x: ['a', 'r'], y: ['r', 's'], z: ['s', 'b'] } }));
});

test('zero needs rank 1', () => {
  const layout = layoutOf('tt', [3, 4, 5]);
  const cuts = new Spectra(filled([3, 4, 5], () => 0)).cuts(layout);
  assert.equal(forecast(layout, cuts, 0.1), { eps: 0.1, ranks: { r1: 1, r2: 1 }, parameters: 3 + 4 + 5, error: 0 });
});

test.run();
