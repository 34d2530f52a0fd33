import fc from 'fast-check';
import type { Block } from '../../src/backend/backend.ts';
import { clearTables, indexTable } from '../../src/backend/tables.ts';
import { classOf, Heap } from '../../src/backend/wasm/heap.ts';
import { Scratch } from '../../src/backend/wasm/scratch.ts';
import { BackendError, OutOfMemoryError, ShapeError } from '../../src/errors.ts';
import { fill } from '../../src/kernels/fill.ts';
import { withBackend } from '../../src/backend/current.ts';
import { add } from '../../src/ops/binary.ts';
import { ones, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const MIB = 2 ** 20;

test('a class holds its bytes and wastes at most a fifth', () => {
  for (let bytes = 0; bytes < 5000; bytes++) {
    const size = classOf(bytes);
    assert.ok(size >= bytes && size % 64 === 0 && classOf(size) === size, `${bytes}`);
    if (bytes > 256) assert.ok(size <= 1.25 * bytes, `${bytes} in ${size}`);
  }
  assert.is(classOf(2 ** 31), 2 ** 31);
});

test('blocks in use never overlap, whatever comes and goes', () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 200_000 }));
  const step = fc.record({ bytes: size, drop: fc.boolean(), pick: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const backend = wasmBackend({ limit: 3 * MIB });
      const held: Block[] = [];
      for (const { bytes, drop, pick } of steps) {
        if (drop && held.length > 0) backend.free(held.splice(pick % held.length, 1)[0]!);
        else {
          try {
            held.push(backend.alloc(bytes, 'test'));
          } catch (error) {
            assert.instance(error, OutOfMemoryError);
          }
        }
        const sorted = [...held].sort((a, b) => a.address - b.address);
        sorted.forEach(({ address, bytes }, k) => {
          assert.is(address % 64, 0);
          const next = sorted[k + 1]?.address ?? backend.stats().capacity;
          assert.ok(address > 0 && address + bytes <= next);
        });
        assert.is(backend.stats().live, held.length);
        assert.is(
          backend.stats().bytes,
          held.reduce((sum, block) => sum + block.bytes, 0),
        );
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});

test('a freed block is used again', () => {
  const backend = wasmBackend();
  const first = backend.alloc(1000, 'test');
  backend.free(first);
  assert.is(backend.alloc(990, 'test').address, first.address);
});

test('memory that is full serves small requests from larger blocks', () => {
  const backend = wasmBackend({ limit: 2 * MIB });
  const large: Block[] = [];
  assert.throws(() => {
    for (;;) large.push(backend.alloc(MIB / 8, 'fill'));
  });
  backend.free(large.pop()!);
  const small = Array.from({ length: 100 }, () => backend.alloc(1000, 'test'));
  assert.is(new Set(small.map(({ address }) => address)).size, 100);
});

test('memory full of small blocks that are free serves large requests', () => {
  const backend = wasmBackend({ limit: 4 * MIB });
  const fill = (bytes: number): Block[] => {
    const blocks: Block[] = [];
    assert.throws(() => {
      for (;;) blocks.push(backend.alloc(bytes, 'fill'));
    });
    return blocks;
  };
  const small = fill(MIB / 64);
  small.forEach((block, k) => k % 2 === 0 && backend.free(block));
  assert.throws(() => backend.alloc(MIB / 32, 'test'));
  small.forEach((block, k) => k % 2 === 1 && backend.free(block));
  // One block of all that is there, and all of the small ones again.
  backend.free(backend.alloc(3.5 * MIB, 'test'));
  const again = fill(MIB / 64);
  assert.is(again.length, small.length);
  again.forEach((block) => backend.free(block));
  assert.is(backend.stats().live, 0);
});

test('workspace beyond 2 GiB, and larger than it was', () => {
  const scratch = new Scratch(new Heap(new WebAssembly.Memory({ initial: 2, maximum: 65536 }), 2 ** 32));
  const first = scratch.take(1, 'test');
  scratch.release(0);
  assert.is(scratch.take(65536, 'test'), first);
  throws(() => scratch.take(1, 'test'), OutOfMemoryError);
  scratch.release(0);
  const large = scratch.take(2 ** 31 + 1, 'test');
  assert.ok(large > 0 && scratch.mark() === 2 ** 31 + 64);
  scratch.release(0);
  throws(() => scratch.take(2 ** 32, 'test'), OutOfMemoryError);
  assert.ok(scratch.take(1, 'test') > 0);
});

test('the reference takes blocks beyond 2 GiB', () => {
  const backend = referenceBackend();
  const block = backend.alloc(2 ** 31 + 4, 'test');
  backend.write({ block, byteOffset: 2 ** 31 }, Int32Array.of(7));
  const into = new Int32Array(1);
  backend.readSync({ block, byteOffset: 2 ** 31 }, into);
  assert.is(into[0], 7);
  backend.free(block);
});

test('a tensor of JavaScript memory that found no room on one backend is used on another', () => {
  const [large, small] = [wasmBackend(), wasmBackend({ limit: 2 * MIB })];
  const x = ones([2 ** 20]);
  scope(() => {
    assert.is(withBackend(large, () => dataSync(add(x, 1)))[0], 2);
    throws(() => withBackend(small, () => add(x, 1)), OutOfMemoryError);
    assert.is(withBackend(large, () => dataSync(add(x, 1)))[0], 2);
  });
});

test('out of memory is a typed error that names the operation, and nothing is lost', () => {
  for (const backend of [wasmBackend({ limit: 4 * MIB })]) {
    withBackend(backend, () =>
      scope(() => {
        const x = ones([2 ** 18]);
        throws(
          () => Array.from({ length: 8 }).reduce<typeof x>((y) => add(y, y), x),
          OutOfMemoryError,
          /^add: memory holds at most 4194304 bytes; got a request of 1048576 bytes for \[262144\]/,
        );
        assert.is(dataSync(x)[2 ** 18 - 1], 1);
      }),
    );
    assert.is(backend.stats().live, 0);
    assert.is(withBackend(backend, () => dataSync(add(ones([2 ** 18]), 1)))[5], 2);
  }
  throws(() => referenceBackend().alloc(2 ** 33, 'test'), OutOfMemoryError);
});

test('double free, foreign blocks and use after free are errors', () => {
  for (const [backend, other] of [
    [wasmBackend(), wasmBackend()],
    [referenceBackend(), referenceBackend()],
  ] as const) {
    const block = backend.alloc(64, 'test');
    const operand = { block, byteOffset: 0 };
    throws(() => other.free(block), BackendError, /one backend/);
    throws(() => other.readSync(operand, new Float32Array(1)), BackendError);
    backend.free(block);
    throws(() => backend.free(block), BackendError, /freed/);
    throws(() => backend.write(operand, new Float32Array(1)), BackendError);
    throws(() => backend.readSync(operand, new Float32Array(1)), BackendError);
    assert.is(backend.stats().live, 0);
  }
});

test('memory grows and keeps what it holds', () => {
  for (const options of [{}, { growStress: true }]) {
    const backend = wasmBackend(options);
    const before = backend.stats().capacity;
    const blocks = Array.from({ length: 24 }, (_, k) => {
      const block = backend.alloc(MIB, 'test');
      backend.write({ block, byteOffset: MIB - 4 }, Int32Array.of(k));
      return block;
    });
    assert.ok(backend.stats().capacity > before);
    const into = new Int32Array(1);
    blocks.forEach((block, k) => {
      backend.readSync({ block, byteOffset: MIB - 4 }, into);
      assert.is(into[0], k);
    });
    assert.is(backend.stats().peak, 24 * MIB);
  }
});

test('addresses above 2 GiB work', () => {
  const backend = wasmBackend({ base: 2200 * MIB });
  withBackend(backend, () => {
    const x = scope(() => {
      const y = add(ones([1000]), zeros([1000]));
      assert.ok(y.storage.block!.address > 2 ** 31);
      return add(y, y);
    });
    assert.ok(dataSync(x).every((v) => v === 2));
  });
});

test('limits that mean nothing are refused', () => {
  for (const bytes of [-1, Number.NaN, 2 ** 33]) {
    throws(() => wasmBackend({ limit: bytes }), BackendError, /^init: limit is a number of bytes/);
    throws(() => wasmBackend({ base: bytes }), BackendError, /^init: base is a number of bytes/);
  }
});

test('a size that a block cannot hold is refused, not cut', () => {
  const backend = wasmBackend();
  const block = backend.alloc(64, 'test');
  for (const n of [2 ** 31, 2 ** 32 + 1, 0.5, Number.NaN]) {
    throws(
      () => backend.runPieces(fill, 'f32', { n, value: 1, y: { block, byteOffset: 0 } }, 0, 1),
      ShapeError,
      /^fill: .* below 2\^31; got n = /,
    );
  }
});

test('canaries find a write outside a block', () => {
  const backend = wasmBackend({ canary: true });
  for (const byteOffset of [100, -1]) {
    const block = backend.alloc(100, 'test');
    backend.write({ block, byteOffset }, Uint8Array.of(1));
    throws(() => backend.free(block), BackendError, byteOffset < 0 ? /1 bytes before/ : /1 bytes behind/);
  }
});

test('index tables are made once, and the least used go first', () => {
  const backend = wasmBackend();
  let made = 0;
  const table = (key: string): number => {
    const make = (): Int32Array => {
      made++;
      return new Int32Array(MIB / 4);
    };
    return indexTable(backend, key, make).block.address;
  };
  assert.is(table('a'), table('a'));
  assert.is(made, 1);
  for (let k = 0; k < 40; k++) {
    table(`t${k}`);
    table('a');
  }
  assert.is(made, 41);
  assert.ok(backend.stats().bytes <= 17 * MIB);
  clearTables(backend);
  assert.is(backend.stats().live, 0);
});

test.run();
