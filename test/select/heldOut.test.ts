/** Ranks by held-out entries: planted ranks are found by a fit that fills in what is missing. */

import { FormatError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { Factored } from '../../src/formats/network.ts';
import { add, mul, sub } from '../../src/ops/binary.ts';
import { svd } from '../../src/ops/linalg/svd.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { normal } from '../../src/ops/random.ts';
import { fold, key } from '../../src/random.ts';
import { heldOut } from '../../src/select/index.ts';
import { full, ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('heldOut');

/** A B + noise, 24 x 30. */
function planted(rank: number, noise: number, seed: number): Tensor {
  return scope(() => {
    const draw = (name: string, shape: number[], std: number) =>
      normal(fold(key(seed), name), shape, { dtype: 'f64', std });
    return add(matmul(draw('a', [24, rank], 1), draw('b', [rank, 30], 1)), draw('e', [24, 30], noise));
  });
}

/** Fills in missing entries by truncated singular value decompositions of what has been filled in before. */
function fill(a: Tensor, mask: Tensor, rank: number, sweeps = 30): Tensor {
  const rest = sub(full(a.shape, 1, 'f64'), mask);
  let x = zeros(a.shape, 'f64');
  for (let k = 0; k < sweeps; k++) {
    const { U, S, Vt } = svd(add(mul(a, mask), mul(x, rest)), { rank });
    x = matmul(mul(U, S), Vt);
  }
  return x;
}

test('finds a planted rank', () => {
  for (const [rank, seed] of [
    [1, 1],
    [3, 2],
    [4, 3],
  ] as const) {
    const a = planted(rank, 0.3, seed);
    const ranks = [1, 2, 3, 4, 5, 6];
    const found = heldOut(a, { ranks, fit: (mask, r) => fill(a, mask, r), seed });
    assert.is(found.rank, rank, `errors ${found.errors.join(', ')}`);
    assert.is(found.errors.length, 6);
    assert.equal(heldOut(a, { ranks, fit: (mask, r) => fill(a, mask, r), seed }), found);
  }
});

test('hides each known entry once over all folds, and measures on the hidden ones alone', () => {
  const a = planted(2, 0.1, 5);
  const values = dataSync(a);
  const known = tensor(
    Uint8Array.from(values, (_, k) => (k % 7 === 0 ? 0 : 1)),
    a.shape,
  );
  const seen = new Float64Array(a.size);
  const fit = (mask: Tensor): Tensor => {
    dataSync(mask).forEach((m, k) => {
      seen[k]! += m;
    });
    return mul(a, 0.75);
  };
  const { errors } = heldOut(a, { ranks: [1], fit, mask: known, folds: 4, fraction: 0.25 });
  seen.forEach((times, k) => {
    assert.is(times, k % 7 === 0 ? 0 : 3);
  });
  assert.ok(Math.abs(errors[0]! - 0.25) < 1e-14);
});

test('takes unknown entries that are no numbers, and weights of any format', () => {
  const values = Float64Array.of(1, Number.NaN, 3, 4, 5, 6);
  const a = tensor(values, [2, 3]);
  const mask = tensor([1, 0, 1, 1, 1, 1], [2, 3]);
  const net = { open: ['i', 'j'], parts: { x: ['i', 'j'] } };
  const fit = () => new Factored('dense', net, [[0], [1]], { x: ones([2, 3], 'f64') });
  const { errors } = heldOut(a, { ranks: [1], fit, mask, fraction: 1 });
  assert.ok(Math.abs(errors[0]! - Math.sqrt((4 + 9 + 16 + 25) / (1 + 9 + 16 + 25 + 36))) < 1e-14);
});

test('prefers smaller ranks within the slack', () => {
  const a = ones([20, 20], 'f64');
  const fit = (_: Tensor, rank: number): Tensor =>
    full([20, 20], 1 - (rank === 2 ? 0.105 : rank === 5 ? 0.1 : 0.5), 'f64');
  assert.is(heldOut(a, { ranks: [5, 2, 1], fit }).rank, 5);
  assert.is(heldOut(a, { ranks: [5, 2, 1], fit, slack: 0.1 }).rank, 2);
});

test('frees what fits leave behind', () => {
  const a = planted(1, 0.1, 1);
  leakFree(wasmBackend(), () => heldOut(a, { ranks: [1, 2], fit: (mask, r) => fill(a, mask, r, 2) }));
});

test('what cannot be measured is refused', () => {
  const a = ones([4, 4], 'f64');
  const fit = () => a;
  throws(() => heldOut(a, { ranks: [], fit }), RankError);
  throws(() => heldOut(a, { ranks: [1], fit, fraction: 0 }), FormatError);
  throws(() => heldOut(a, { ranks: [1], fit, fraction: 0.5, folds: 3 }), FormatError);
  throws(() => heldOut(a, { ranks: [1], fit, folds: 1.5 }), FormatError);
  throws(() => heldOut(a, { ranks: [1], fit, slack: -1 }), FormatError);
  throws(() => heldOut(a, { ranks: [1], fit, mask: ones([4]) }), ShapeError);
  throws(() => heldOut(a, { ranks: [1], fit: () => ones([4]) }), ShapeError);
  throws(() => heldOut(zeros([4, 4]), { ranks: [1], fit: () => zeros([4, 4]) }), RankError);
  throws(() => heldOut(full([4, 4], Number.NaN), { ranks: [1], fit }), NonFiniteError);
  throws(() => heldOut(a, { ranks: [1], fit: () => full([4, 4], Number.NaN, 'f64') }), NonFiniteError);
});

test.run();
