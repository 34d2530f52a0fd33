import { ReferenceBackend } from '../../src/backend/reference.ts';
import { fill } from '../../src/kernels/fill.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(fill);

test('integers truncate and saturate, NaN is 0', () => {
  const backend = new ReferenceBackend();
  const block = backend.alloc(4, 'test');
  const y = { block, byteOffset: 0 };
  const filled = (dtype: 'i32' | 'u8', value: number): number => {
    backend.run(fill, dtype, { n: 1, value, y });
    const into = dtype === 'i32' ? new Int32Array(1) : new Uint8Array(1);
    backend.readSync(y, into);
    return into[0]!;
  };
  assert.is(filled('i32', -2.9), -2);
  assert.is(filled('i32', 1e12), 2147483647);
  assert.is(filled('i32', NaN), 0);
  assert.is(filled('u8', -1), 0);
  assert.is(filled('u8', 255.9), 255);
  assert.is(filled('u8', 1e300), 255);
});

test.run();
