/** The public face: it works at once, without await, and its names are what they say. */

import * as rankwise from '../src/index.ts';
import { assert, test } from './support/test.ts';

const { add, grad, item, key, matmul, mul, normal, scope, square, sum, tensor, toArray } = rankwise;

test('a first calculation', () => {
  const a = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(toArray(matmul(a, add(a, 1))), [
    [10, 13],
    [22, 29],
  ]);
  assert.is(item(sum(square(a))), 30);
});

test('a first gradient step', () => {
  let w = normal(key(1), [3]);
  const loss = (w: rankwise.Tensor): rankwise.Tensor => sum(square(add(w, -2)));
  for (let step = 0; step < 60; step++) w = scope(() => add(w, mul(grad(loss)(w), -0.1)));
  (toArray(w) as number[]).forEach((x) => assert.ok(Math.abs(x - 2) < 1e-4));
});

test.run();
