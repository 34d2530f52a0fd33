import { backend, init, withBackend } from '../../src/backend/current.ts';
import { BackendError, ShapeError } from '../../src/errors.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { gather } from '../../src/ops/gather.ts';
import { sum } from '../../src/ops/reduce.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { sin } from '../../src/ops/unary.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync, toArray } from '../../src/tensor/read.ts';
import { dispose, inScope, keep, replace, scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const live = (): number => backend().stats().live;

/** Runs on a backend of its own that must be empty again. */
function clean(name: string, body: () => void): void {
  test(name, () => {
    for (const on of [wasmBackend({ canary: true }), referenceBackend()]) leakFree(on, body);
  });
}

clean('results survive a scope, temporaries do not', () => {
  scope(() => {
    const before = live();
    const result = scope(() => {
      const a = tensor([1, 2]);
      return { sum: add(a, a), list: [mul(a, 3), 'text', 7, null] };
    });
    assert.is(live(), before + 2);
    assert.equal(toArray(result.sum), [2, 4]);
    assert.equal(toArray(result.list[0] as Tensor), [3, 6]);
  });
});

clean('results are found in maps and nested lists', () => {
  const { by, deep } = scope(() => ({
    by: new Map([['a.b', add(tensor([1]), 1)]]),
    deep: [[{ x: mul(tensor([3]), 2) }]],
  }));
  assert.equal(toArray(by.get('a.b')!), [2]);
  assert.equal(toArray(deep[0]![0]!.x), [6]);
});

clean('trouble is told by the scope that met it, and by no other', () => {
  const outside = (): Tensor => gather(ones([2, 2]), tensor(Int32Array.of(7)));
  throws(outside, ShapeError, /gather: indices .* got 7/);
  throws(() => scope(() => void outside()), ShapeError, /gather/);
  throws(() => scope(() => scope(outside)), ShapeError, /gather/);
  assert.throws(() => scope(() => add(scope(outside), ones([3, 3]))), /broadcast|sizes must be equal/);
  assert.equal(toArray(add(tensor([1]), 1)), [2]);
});

clean('outside all scopes results are ordinary objects', () => {
  const y = scope(() => add(tensor([1]), 2));
  assert.is(live(), 0);
  assert.is(y.storage.block, null);
  assert.equal(toArray(y), [3]);
  assert.equal(toArray(mul(y, y)), [9]);
  assert.is(live(), 0);
});

clean('tensors of JavaScript memory are copied into a scope once', () => {
  const x = tensor([1, 2, 3]);
  scope(() => {
    add(x, x);
    const before = live();
    scope(() => {
      assert.is(live(), before);
      add(x, x);
      assert.is(live(), before + 1);
    });
    assert.is(live(), before);
  });
  assert.equal(toArray(x), [1, 2, 3]);
});

clean('a view keeps the storage alive', () => {
  const row = scope(() => reshape(tensor([1, 2, 3, 4]), [2, 2]));
  assert.equal(toArray(row), [
    [1, 2],
    [3, 4],
  ]);
});

clean('an exception frees everything', () => {
  assert.throws(() =>
    scope(() => {
      zeros([4]);
      scope(() => {
        ones([4]);
        throw new Error('inside');
      });
    }),
  );
  assert.not.ok(inScope());
});

clean('a promise is refused, and what it made is freed', () => {
  throws(() => scope(async () => zeros([2])), BackendError, /a promise/);
  assert.not.ok(inScope());
});

clean('what a scope has freed cannot be used', () => {
  let lost: Tensor | undefined;
  scope(() => {
    lost = sin(tensor([1]));
  });
  throws(() => add(lost!, 1), BackendError, /^add: .*scope that has ended.*keep/);
  throws(() => reshape(lost!, [1, 1]), BackendError, /^reshape: /);
  throws(() => keep(lost!), BackendError, /^keep: /);
});

clean('kept tensors stay until they are disposed', () => {
  const params = scope(() => keep({ w: tensor([1, 2]), b: [mul(tensor([3]), 2)] }));
  assert.is(live(), 2);
  assert.equal(toArray(scope(() => add(params.w, params.b[0]!))), [7, 8]);
  assert.is(live(), 2);
  dispose(params);
  assert.is(live(), 0);
  throws(() => add(params.w, 1), BackendError, /disposed/);
  dispose(params);
});

clean('keeping twice is keeping once', () => {
  const x = keep(keep(tensor([1])));
  assert.is(live(), 1);
  x[Symbol.dispose]();
  assert.is(live(), 0);
});

clean('replace frees what is held no more', () => {
  let state = keep({ a: zeros([2]), b: zeros([3]), c: zeros([4]) });
  const frozen = state.c;
  for (let k = 0; k < 20; k++) {
    state = replace(
      state,
      scope(() => ({ a: add(state.a, 1), b: reshape(state.b, [3]), c: state.c })),
    );
    assert.is(live(), 3);
  }
  assert.equal(toArray(state.a), [20, 20]);
  assert.is(state.c, frozen);
  dispose(state);
});

clean('disposing inside a scope frees at once', () => {
  scope(() => {
    const x = zeros([2]);
    const before = live();
    x.dispose();
    assert.is(live(), before - 1);
    throws(() => dataSync(x), BackendError, /disposed/);
  });
});

clean('ten thousand operations outside scopes leave nothing behind', () => {
  let x = ones([4, 4]);
  for (let k = 0; k < 10_000; k++) x = mul(add(x, x), 0.5);
  assert.is(live(), 0);
  assert.equal(toArray(sum(x)), 16);
});

test('a loop in one scope frees each turn', () => {
  const on = wasmBackend();
  withBackend(on, () =>
    scope(() => {
      let x = ones([1024]);
      for (let k = 0; k < 1000; k++) {
        const next = scope(() => mul(add(x, x), 0.5));
        x.dispose();
        x = next;
      }
      return x;
    }),
  );
  assert.ok(on.stats().peak < 20 * 4096, `${on.stats().peak}`);
});

test('tensors of JavaScript memory move between backends, resident ones do not', () => {
  const [one, other] = [wasmBackend(), referenceBackend()];
  const x = tensor([1, 2]);
  assert.equal(
    [one, other].map((on) => withBackend(on, () => toArray(add(x, x)))),
    [
      [2, 4],
      [2, 4],
    ],
  );
  const kept = withBackend(one, () => keep(add(x, 1)));
  throws(
    () => withBackend(other, () => add(kept, 1)),
    BackendError,
    /^add: operands are on reference; got a tensor on wasm/,
  );
  kept.dispose();
  leakFree(one, () => scope(() => add(x, x)));
});

test('a backend for a while is not for promises', () => {
  const [before, other] = [backend(), referenceBackend()];
  throws(() => withBackend(other, async () => 1), BackendError, /synchronous; got a promise/);
  assert.is(backend(), before);
});

test('init chooses the backend', () => {
  const before = backend();
  assert.is(init({ backend: 'reference' }).name, 'reference');
  assert.is(backend().name, 'reference');
  assert.is(init().name, 'wasm');
  throws(() => init({ backend: 'webgl' as 'wasm' }), BackendError);
  assert.is(before.name, 'wasm');
});

test.run();
