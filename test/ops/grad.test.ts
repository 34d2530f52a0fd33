import { withBackend } from '../../src/backend/current.ts';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { cast } from '../../src/ops/cast.ts';
import { custom, grad, stopGradient, valueAndGrad, vjp } from '../../src/ops/grad.ts';
import { sum } from '../../src/ops/reduce.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { softmax } from '../../src/ops/softmax.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { cos, exp, sin, square } from '../../src/ops/unary.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync, item, toArray } from '../../src/tensor/read.ts';
import { recordingDepth, scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
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

test('a tree of gradients has the tree of the argument', () => {
  const params = { layers: [{ w: f64(2, 3), b: f64(1) }], scale: f64(4) };
  const { value, grad: g } = valueAndGrad((p: typeof params) =>
    sum(mul(add(mul(p.layers[0]!.w, 2), p.layers[0]!.b), p.scale)),
  )(params);
  assert.is(item(value), 4 * (5 + 7));
  near(g.layers[0]!.w, [8, 8]);
  near(g.layers[0]!.b, [8]);
  near(g.scale, [12]);
});

test('derivatives of any order', () => {
  const x = f64(0.3, 1.1);
  let f: (x: Tensor) => Tensor = (x) => sin(mul(x, x));
  const by = [
    (v: number) => 2 * v * Math.cos(v * v),
    (v: number) => 2 * Math.cos(v * v) - 4 * v * v * Math.sin(v * v),
    (v: number) => -12 * v * Math.sin(v * v) - 8 * v ** 3 * Math.cos(v * v),
    (v: number) => -12 * Math.sin(v * v) - 48 * v * v * Math.cos(v * v) + 16 * v ** 4 * Math.sin(v * v),
  ];
  for (const want of by) {
    const before = f;
    f = (x) => grad((y: Tensor) => sum(before(y)))(x);
    near(f(x), [want(0.3), want(1.1)], 1e-11);
  }
});

test('fused operations have higher derivatives through their definitions', () => {
  const x = f64(0.5, -1, 2);
  const first = (x: Tensor): Tensor => grad((y: Tensor) => sum(mul(softmax(y), f64(1, 2, 4))))(x);
  const [p, w] = [[...dataSync(softmax(x))], [1, 2, 4]];
  const mean = p.reduce((s, q, k) => s + q * w[k]!, 0);
  near(
    first(x),
    p.map((q, k) => q * (w[k]! - mean)),
  );
  const hessian = (k: number): Tensor =>
    grad((y: Tensor) => sum(mul(first(y), f64(...[0, 1, 2].map((j) => Number(j === k))))))(x);
  for (let k = 0; k < 3; k++) {
    const row = [0, 1, 2].map((j) => {
      const d = Number(j === k);
      return p[k]! * (d - p[j]!) * (w[k]! - mean) - p[k]! * p[j]! * (w[j]! - mean);
    });
    near(hessian(k), row);
  }
});

test('a Hessian times a vector', () => {
  const [x, v] = [f64(1, 2, 3), f64(1, -1, 0.5)];
  const f = (x: Tensor): Tensor => sum(mul(exp(mul(x, 0.5)), reshape(sum(square(x)), [1])));
  const gradient = grad(f);
  const product = grad((x: Tensor) => sum(mul(gradient(x), v)))(x);
  const h = 1e-5;
  const [up, down] = [1, -1].map((s) =>
    dataSync(gradient(f64(...[0, 1, 2].map((k) => k + 1 + s * h * [1, -1, 0.5][k]!)))),
  );
  near(
    product,
    [0, 1, 2].map((k) => (up![k]! - down![k]!) / (2 * h)),
    1e-8,
  );
});

test('an inner gradient sees only its own variable, an outer one both', () => {
  // d/dx [x * d/dy (x y^2) at y = x] = d/dx (2 x^3)
  const f = (x: Tensor): Tensor => mul(x, grad((y: Tensor) => mul(x, square(y)))(x));
  near(grad(f)(tensor(3, [], 'f64')), [54]);
  // The inner variable is a constant for the outer gradient when it is made anew.
  const g = (x: Tensor): Tensor => mul(x, grad((y: Tensor) => mul(square(y), x))(tensor(5, [], 'f64')));
  near(grad(g)(tensor(3, [], 'f64')), [60]);
});

test('no gradient flows through stopGradient', () => {
  const x = f64(2);
  near(grad((x: Tensor) => sum(mul(x, stopGradient(square(x)))))(x), [4]);
  near(grad((x: Tensor) => sum(grad((y: Tensor) => sum(mul(square(y), stopGradient(y))))(x)))(x), [4]);
});

test('a leaf that is not used has the gradient 0', () => {
  const { gradients } = vjp((x) => sum(x!), [f64(1, 2), zeros([2, 2])], tensor(1, [], 'f64'));
  assert.equal(toArray(gradients[1]!), [
    [0, 0],
    [0, 0],
  ]);
  near(grad((_: Tensor) => tensor(7, [], 'f64'))(f64(1)), [0]);
  near(grad((x: Tensor) => x)(f64(5)), [1]);
});

test('one tensor at two places of a tree is two variables', () => {
  const x = f64(3);
  const g = grad((p: { a: Tensor; b: Tensor }) => sum(mul(p.a, square(p.b))))({ a: x, b: x });
  near(g.a, [9]);
  near(g.b, [18]);
});

test('more is handed out beside the value', () => {
  const {
    value,
    grad: g,
    aux,
  } = valueAndGrad((x: Tensor) => {
    const y = square(x);
    return { value: sum(y), aux: { y, label: 'squares', list: [transpose(reshape(y, [1, 2]))] } };
  })(f64(1, 2));
  assert.is(item(value), 5);
  near(g, [2, 4]);
  near(aux.y, [1, 4]);
  near(aux.list[0]!, [1, 4]);
  assert.is(aux.label, 'squares');
});

test('tensors are freed after their last use on the way back', () => {
  const n = 4096;
  const backend = wasmBackend();
  withBackend(backend, () =>
    grad((x: Tensor) => sum(Array.from({ length: 50 }).reduce<Tensor>((y) => mul(sin(y), 2), x)))(ones([n])),
  );
  // 100 results of the way forward, and few more at any time.
  assert.ok(backend.stats().peak / (4 * n) < 110, `${backend.stats().peak / (4 * n)}`);
});

test('scopes inside a differentiated function keep what the gradient needs', () => {
  const f = (x: Tensor): Tensor =>
    sum(
      scope(() =>
        mul(
          sin(x),
          scope(() => cos(mul(x, 2))),
        ),
      ),
    );
  const want = (v: number): number => Math.cos(v) * Math.cos(2 * v) - 2 * Math.sin(v) * Math.sin(2 * v);
  near(grad(f)(f64(0.4)), [want(0.4)]);
  const slope = (v: number): number => -5 * Math.sin(v) * Math.cos(2 * v) - 4 * Math.cos(v) * Math.sin(2 * v);
  near(grad((x: Tensor) => sum(grad(f)(x)))(f64(0.4)), [slope(0.4)], 1e-11);
});

test('nothing leaks, with and without scopes, and where the function throws', () => {
  const backend = wasmBackend();
  const f = (x: Tensor): Tensor => sum(mul(sin(x), exp(x)));
  leakFree(backend, () => {
    const x = f64(1, 2);
    grad(f)(x);
    grad((x: Tensor) => sum(grad(f)(x)))(x);
    assert.throws(() => grad((x: Tensor) => sum(add(mul(f(x), x), zeros([3], 'f64'))))(x));
    const inside = (_: Tensor): Tensor => {
      throw new Error('inside');
    };
    assert.throws(() => grad((x: Tensor) => sum(grad(inside)(x)))(x), /inside/);
    assert.is(recordingDepth(), 0);
    scope(() => {
      const g = grad(f)(x);
      assert.is(g.tape, null);
      return g;
    });
  });
});

test('what cannot be differentiated is refused', () => {
  throws(() => grad((x: Tensor) => x)(f64(1, 2)), ShapeError, /one number; got \[2\]/);
  throws(() => grad((x: Tensor) => sum(x))(zeros([2], 'i32')), DtypeError);
  throws(() => vjp((x) => x!, [f64(1)], f64(1, 2)), ShapeError);
  throws(() => vjp((x) => x!, [f64(1)], tensor([1])), ShapeError);
  throws(() => grad((x: Tensor) => cast(sum(x), 'i32'))(f64(1)), DtypeError, /returns f32 or f64; got i32/);
  const returns = (what: unknown) => () => what as Tensor;
  throws(() => grad((x: Tensor) => item(sum(x)) as never)(f64(1, 2)), ShapeError, /returns a tensor; got 3;/);
  throws(() => grad(returns(undefined))(f64(1)), ShapeError, /got undefined;/);
  throws(() => grad(returns(Promise.resolve()))(f64(1)), ShapeError, /got a promise;/);
  throws(() => grad(returns({ aux: 1 }))(f64(1)), ShapeError, /got an object without one;/);
  throws(() => custom({ name: 'mine', forward: returns(null), vjp: () => [] }, [f64(1)]), ShapeError, /^mine: /);
  assert.is(recordingDepth(), 0);
});

test.run();
