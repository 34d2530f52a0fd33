import {
  add,
  dataSync,
  det,
  exp,
  eye,
  mul,
  NonFiniteError,
  ShapeError,
  SingularError,
  slogdet,
  type Tensor,
  tensor,
  toArray,
  vjp,
  withBackend,
  zeros,
} from '../../../src/index.ts';
import { linalgLaws, uniform } from '../../laws/linalg.ts';
import { wasmBackend } from '../../support/backends.ts';
import { gradcheck } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { determinant } from '../../support/oracle.ts';
import { empty, tensorOf } from '../../support/samples.ts';
import { withValues } from '../../support/spectra.ts';
import { assert, suite } from '../../support/test.ts';

linalgLaws({
  name: 'det',
  fn: (a) => det(a),
  cases: [[uniform(1, 1, 1)], [uniform(2, 2, 2)], [uniform(3, 2, 3, 3)], [uniform(4, 2, 1, 4, 4)]],
  empty: [[empty(0, 0)], [empty(0, 2, 2)], [empty(3, 0, 0)]],
  refuses: [
    [() => det(zeros([2, 3])), ShapeError],
    [() => det(zeros([2])), ShapeError],
    [() => det(tensor([[Number.NaN]])), NonFiniteError],
    [() => det(mul(eye(8), 1e20)), NonFiniteError],
  ],
  eps: 1e-11,
});

linalgLaws({
  name: 'slogdet',
  fn: (a) => slogdet(add(a, mul(eye(a.shape.at(-1)!, a.dtype as 'f32'), -3))).logAbsDet,
  cases: [[uniform(1, 1, 1)], [uniform(2, 2, 2)], [uniform(3, 2, 3, 3)]],
  empty: [[empty(0, 0)], [empty(0, 2, 2)]],
  refuses: [
    [() => slogdet(zeros([2, 2])), SingularError],
    [() => slogdet(tensor([[Infinity]])), NonFiniteError],
    [() => slogdet(zeros([2, 3])), ShapeError],
  ],
});

const test = suite('determinants');
const wasm = wasmBackend({ canary: true });

test('are those of the oracle, whatever the order of the pivots', () => {
  leakFree(wasm, () => {
    for (const n of [1, 2, 3, 6, 12]) {
      for (let seed = 0; seed < 6; seed++) {
        const a = tensorOf(uniform(seed + 10 * n, n, n), 'f64');
        const want = determinant(toArray(a) as number[][]);
        assert.ok(Math.abs(dataSync(det(a))[0]! - want) <= 1e-13 * Math.max(1, Math.abs(want)));
        const { sign, logAbsDet } = slogdet(a);
        assert.is(dataSync(sign)[0], Math.sign(want));
        assert.ok(Math.abs(dataSync(logAbsDet)[0]! - Math.log(Math.abs(want))) <= 1e-11);
      }
    }
  });
});

test('are 1 for empty matrices and 0 for singular ones', () => {
  leakFree(wasm, () => {
    assert.equal([...dataSync(det(zeros([2, 0, 0])))], [1, 1]);
    assert.equal([...dataSync(slogdet(zeros([2, 0, 0])).logAbsDet)], [0, 0]);
    assert.equal(
      toArray(
        det(
          tensor([
            [1, 2],
            [2, 4],
          ]),
        ),
      ),
      0,
    );
  });
});

test('have logarithms where they overflow or vanish', () => {
  leakFree(wasm, () => {
    for (const [dtype, x] of [
      ['f32', 1e-30],
      ['f64', 1e300],
      ['f64', 1e-310],
    ] as const) {
      const a = mul(eye(40, dtype), -x);
      const { sign, logAbsDet } = slogdet(a);
      const want = 40 * Math.log(Math.abs(dataSync(a)[0]!));
      assert.is(dataSync(sign)[0], 1);
      assert.ok(Math.abs(dataSync(logAbsDet)[0]! - want) <= (dtype === 'f32' ? 1e-3 : 1e-10));
    }
    assert.is(dataSync(det(mul(eye(40), 1e-30)))[0], 0);
    const large = tensor(
      [
        [1e308, 1e308],
        [-1e308, 1e308],
      ],
      undefined,
      'f64',
    );
    assert.ok(Math.abs(dataSync(slogdet(large).logAbsDet)[0]! - Math.log(2) - 2 * 308 * Math.log(10)) < 1e-10);
    const mixed = tensor(
      [
        [1e250, 0],
        [0, 1e-250],
      ],
      undefined,
      'f64',
    );
    assert.ok(Math.abs(dataSync(det(mixed))[0]! - 1) < 1e-14);
    const [g] = vjp((x) => det(x), [mixed], tensor(1, undefined, 'f64')).gradients;
    [1e-250, 0, 0, 1e250].forEach((want, k) => assert.ok(Math.abs(dataSync(g!)[k]! - want) <= 1e-13 * 1e250));
  });
});

test('have right gradients of both orders for singular matrices and equal singular values', () => {
  withBackend(wasm, () => {
    const spectra = [
      [0, 0, 0, 0],
      [1, 0, 0, 0],
      [2, 1, 0, 0],
      [3, 2, 1, 0],
      [1, 1, 0, 0],
      [1, 1, 1, 1],
      [2, 2, 1, 1],
      [1, 1, 1e-9, 0],
    ];
    for (const s of spectra) {
      const loss = (x: Tensor): Tensor => exp(det(x));
      gradcheck(loss, [withValues(s, 4, 4)]);
      gradcheck(loss, [withValues(s, 4, 4)], { order: 2 });
    }
  });
});

test('have finite gradients where products of a part of the singular values overflow', () => {
  withBackend(wasm, () => {
    const n = 160;
    const values = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1e-5 : 1e5));
    const diagonal = new Float64Array(n * n);
    values.forEach((x, i) => {
      diagonal[i * n + i] = x;
    });
    const [g] = vjp((x) => det(x), [tensor(diagonal, [n, n])], tensor(1, undefined, 'f64')).gradients;
    const slopes = dataSync(g!);
    values.forEach((x, i) => assert.ok(Math.abs(slopes[i * n + i]! * x - 1) < 1e-12));
    assert.ok(slopes.every((x, k) => k % (n + 1) === 0 || x === 0));
    const sizes = [
      [1e13, 1e13, 1e13, 1e-19, 1e-19],
      [2, 1e-19, 1e13, 3e13, 1e-20],
    ];
    const single = new Float32Array(50);
    sizes.forEach((row, t) => {
      row.forEach((x, i) => {
        single[25 * t + 6 * i] = x;
      });
    });
    const batch = tensor(single, [2, 5, 5]);
    const both = dataSync(vjp((x) => det(x), [batch], tensor([1, 1])).gradients[0]!);
    sizes.forEach((row, t) => {
      const product = row.reduce((p, x) => p * x);
      row.forEach((x, i) => assert.ok(Math.abs((both[25 * t + 6 * i]! * x) / product - 1) < 1e-5));
    });
    const none = vjp((x) => det(x), [tensor(new Float64Array(0), [0, 0])], tensor(1, undefined, 'f64'));
    assert.equal(none.gradients[0]!.shape, [0, 0]);
  });
});

test.run();
