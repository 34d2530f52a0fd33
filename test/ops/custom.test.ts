/** Operations of the user's own, and recomputation, which is one of them. */

import { withBackend } from '../../src/backend/current.ts';
import { BackendError, ShapeError } from '../../src/errors.ts';
import { add, div, mul, sub } from '../../src/ops/binary.ts';
import { cast } from '../../src/ops/cast.ts';
import { custom, grad, recompute, stopGradient } from '../../src/ops/grad.ts';
import { sum } from '../../src/ops/reduce.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { cos, exp, sin, square, tanh } from '../../src/ops/unary.ts';
import { ones, tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { wasmBackend } from '../support/backends.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const f64 = (...values: number[]): Tensor => tensor(Float64Array.from(values));
const near = (got: Tensor, want: number[], eps = 1e-12): void => {
  const values = dataSync(got);
  assert.is(values.length, want.length);
  want.forEach((x, k) =>
    assert.ok(Math.abs(values[k]! - x) <= eps * Math.max(1, Math.abs(x)), `${values[k]} for ${x}`),
  );
};

test('recomputation gives the same, at every order', () => {
  const w = f64(0.5, -0.25);
  const body = (x: Tensor, y: Tensor): Tensor => tanh(mul(sin(mul(x, y)), w));
  const plain = (x: Tensor): Tensor => sum(body(x, cos(x)));
  const again = (x: Tensor): Tensor => sum(recompute((a, b) => body(a!, b!), [x, cos(x)]));
  const second = (f: (x: Tensor) => Tensor) => grad((x: Tensor) => sum(sin(grad(f)(x))));
  const x = f64(0.7, 1.9);
  assert.equal(dataSync(grad(again)(x)), dataSync(grad(plain)(x)));
  near(second(again)(x), [...dataSync(second(plain)(x))]);
  const index = tensor(Int32Array.of(1));
  const twice = (x: Tensor): Tensor => sum(recompute((a, b) => mul(a!, square(b!)), [x, x]));
  near(grad(twice)(x), [3 * 0.49, 3 * 1.9 * 1.9]);
  const whole = (a: Tensor, i: Tensor): Tensor => {
    assert.is(i, index);
    return square(a);
  };
  near(grad((x: Tensor) => sum(recompute((a, i) => whole(a!, i!), [x, index])))(x), [1.4, 3.8]);
});

test('recomputation refuses what it would take for a constant', () => {
  const x = f64(2, 3);
  const outer = (p: { w: Tensor; x: Tensor }, use: (w: Tensor) => Tensor): Tensor =>
    sum(recompute((a) => mul(a!, use(p.w)), [p.x]));
  const at = { w: f64(5, 7), x };
  throws(() => grad((p: typeof at) => outer(p, (w) => w))(at), BackendError, /^recompute: .* gradient in mul; add it/);
  throws(() => grad((p: typeof at) => outer(p, (w) => transpose(w)))(at), BackendError);
  near(grad((p: typeof at) => outer(p, stopGradient))(at).x, [5, 7]);
  near(grad((x: Tensor) => outer({ w: at.w, x }, (w) => square(w)))(x), [25, 49]);
  near(
    outer(at, (w) => w),
    [31],
  );
});

test('recomputation takes less memory', () => {
  const n = 4096;
  const block = (x: Tensor): Tensor => Array.from({ length: 10 }).reduce<Tensor>((y) => tanh(sin(y)), x);
  const peak = (layer: (x: Tensor) => Tensor): number => {
    const backend = wasmBackend();
    withBackend(backend, () =>
      grad((x: Tensor) => sum([1, 2, 3, 4, 5, 6].reduce<Tensor>((y) => layer(y), x)))(ones([n])),
    );
    return backend.stats().peak / (4 * n);
  };
  const [plain, again] = [peak(block), peak((x) => recompute((x) => block(x!), [x]))];
  assert.ok(plain > 120, `${plain}`);
  assert.ok(again < 45, `${again}`);
});

test('a walk inside a walk frees nothing of the outer one', () => {
  // The inner function sees views of what the outer tape holds, and the outer tape needs it afterwards.
  const f = (x: Tensor): Tensor => {
    const h = sin(mul(x, 2));
    const y = recompute((a) => mul(reshape(a!, [2, 1]), reshape(square(a!), [2, 1])), [h]);
    return sum(mul(reshape(y, [2]), exp(h)));
  };
  const want = (v: number): number => {
    const [h, dh] = [Math.sin(2 * v), 2 * Math.cos(2 * v)];
    return (3 * h * h + h ** 3) * Math.exp(h) * dh;
  };
  near(grad(f)(f64(0.3, 0.9)), [want(0.3), want(0.9)], 1e-11);
  scope(() => near(grad(f)(add(f64(0.3, 0.9), 0)), [want(0.3), want(0.9)], 1e-11));
});

test('an operation of the user: its gradient replaces that of its parts', () => {
  const backwards = (x: Tensor): Tensor =>
    custom({ name: 'backwards', forward: (x) => square(x), vjp: (g, [x], y) => [mul(g, sub(y, x!))] }, [x]);
  const x = f64(3, 4);
  near(backwards(x), [9, 16]);
  near(grad((x: Tensor) => sum(backwards(x)))(x), [6, 12]);
  // d/dx (x^2 - x), where the square is the operation itself: x^2 - x - 1
  near(grad((x: Tensor) => sum(grad((y: Tensor) => sum(backwards(y)))(x)))(x), [5, 11]);
  const wrong = (x: Tensor): Tensor => custom({ name: 'wrong', forward: (x) => square(x), vjp: (g) => [sum(g)] }, [x]);
  throws(() => grad((x: Tensor) => sum(wrong(x)))(x), ShapeError, /^wrong: /);
  const other = (x: Tensor): Tensor =>
    custom({ name: 'other', forward: (x) => square(x), vjp: (g) => [cast(g, 'f32')] }, [x]);
  throws(() => grad((x: Tensor) => sum(other(x)))(x), ShapeError, /^other: .* f32 for input 0/);
});

test('a gradient inside an operation of the user is complete', () => {
  const slope = (x: Tensor): Tensor =>
    custom(
      {
        name: 'slope',
        forward: (x) => grad((y: Tensor) => sum(mul(square(y), y)))(x),
        vjp: (g, [x]) => [mul(g, mul(x!, 6))],
      },
      [x],
    );
  near(slope(f64(2)), [12]);
  near(grad((x: Tensor) => sum(slope(x)))(f64(2)), [12]);
  near(grad((x: Tensor) => sum(recompute((y) => grad((z: Tensor) => sum(mul(square(z), z)))(y!), [x])))(f64(2)), [12]);
});

test('an operation of the user may close over what the tape has made', () => {
  const f = (x: Tensor): Tensor => {
    const [h, mask] = [square(x), mul(f64(1, 0), 1)];
    const y = custom(
      { name: 'masked', forward: (x) => mul(x, mask), vjp: (g) => [mul(mul(g, mask), stopGradient(h))] },
      [exp(h)],
    );
    return sum(div(mul(y, mask), h));
  };
  const x = f64(1.5, 2);
  near(grad(f)(x), [2.25 * (1 / 2.25) * Math.exp(2.25) * 3 - (Math.exp(2.25) / 2.25 ** 2) * 3, 0], 1e-11);
});

test.run();
