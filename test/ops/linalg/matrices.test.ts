import { DtypeError, NonFiniteError, ShapeError } from '../../../src/errors.ts';
import { checkFinite, matricesOf, squaresOf } from '../../../src/ops/linalg/matrices.ts';
import { swapAxes } from '../../../src/ops/transpose.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { dispose, keep, scope } from '../../../src/tensor/scope.ts';
import { referenceBackend, wasmBackend } from '../../support/backends.ts';
import { leakFree } from '../../support/leaks.ts';
import { assert, suite } from '../../support/test.ts';
import { expectRefusal } from '../../laws/op.ts';

const test = suite('matrices');
const backends = [referenceBackend(), wasmBackend({ canary: true })];

test('are the last two modes', () => {
  assert.equal(matricesOf('x', zeros([2, 3, 4, 5], 'f64')), { batch: 6, m: 4, n: 5, lead: [2, 3], dtype: 'f64' });
  assert.equal(matricesOf('x', zeros([0, 5])), { batch: 1, m: 0, n: 5, lead: [], dtype: 'f32' });
  assert.equal(squaresOf('x', zeros([0, 5, 5])), { batch: 0, m: 5, n: 5, lead: [0], dtype: 'f32' });
});

test('are refused where they are none', () => {
  expectRefusal([() => matricesOf('x', zeros([3])), ShapeError], 0);
  expectRefusal([() => matricesOf('x', zeros([3, 3], 'i32')), DtypeError], 1);
  expectRefusal([() => squaresOf('x', zeros([3, 4])), ShapeError], 2);
  expectRefusal([() => checkFinite('x', tensor([[1, Number.NaN]])), NonFiniteError], 3);
});

test('have a greatest element, wherever they live', () => {
  for (const on of backends) {
    leakFree(on, () => {
      const host = tensor(
        [
          [1, -7],
          [3, 2],
          [0, 5],
        ],
        undefined,
        'f64',
      );
      assert.is(checkFinite('x', host), 7);
      assert.is(checkFinite('x', swapAxes(host, 0, 1)), 7);
      assert.is(checkFinite('x', zeros([0, 3])), 0);
      scope(() => assert.is(checkFinite('x', tensor([[1, -7]])), 7));
      const kept = keep(tensor([[1, -7]]));
      assert.is(checkFinite('x', kept), 7);
      dispose(kept);
    });
  }
});

test('name the first element that is not finite, of any piece', () => {
  for (const on of backends) {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (const at of [0, 5, 70001]) {
        const values = new Float32Array(90000).fill(1);
        values[at] = bad;
        if (at < 89999) values[at + 1] = Number.NaN;
        const want = `svd: all elements are finite; got ${bad} at [${Math.floor(at / 300)}, ${at % 300}] of [300, 300]`;
        leakFree(on, () => {
          for (const check of [
            () => checkFinite('svd', tensor(values, [300, 300])),
            () => scope(() => checkFinite('svd', tensor(values, [300, 300]))),
          ]) {
            assert.throws(check, (e: Error) => e instanceof NonFiniteError && e.message.startsWith(want));
          }
        });
      }
    }
  }
});

test('name the element of a view by its index there', () => {
  const x = tensor([
    [1, 2, Infinity],
    [4, 5, 6],
  ]);
  assert.throws(() => checkFinite('svd', swapAxes(x, 0, 1)), /Infinity at \[2, 0\] of \[3, 2\]/);
});

test.run();
