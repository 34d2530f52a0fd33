import { FormatError } from '../src/errors.ts';
import { fold, key, philox, type Words } from '../src/random.ts';
import { assert, test } from './support/test.ts';

const hex = (words: Words): string => words.map((w) => (w >>> 0).toString(16).padStart(8, '0')).join(' ');

test('philox gives the published vectors', () => {
  assert.is(hex(philox([0, 0, 0, 0], 0, 0)), '6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  assert.is(hex(philox([-1, -1, -1, -1], -1, -1)), '408f276d 41c83b0e a20bc7c6 6d5451fd');
  const pi: Words = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  assert.is(hex(philox(pi, 0xa4093822, 0x299f31d0)), 'd16cfe09 94fdcceb 5001e420 24126ea1');
});

test('a folded key depends on its path alone', () => {
  const root = key(7);
  assert.equal(fold(root, 'dropout', 3, 11), fold(fold(root, 'dropout'), 3, 11));
  assert.equal(fold(root), root);
});

test('different paths give different keys', () => {
  const paths = [
    [],
    [0],
    [1],
    [-1],
    [2 ** 32],
    [2 ** 40 + 1],
    ['0'],
    [''],
    ['a'],
    ['b'],
    ['ab'],
    ['a', 'b'],
    [1, 2],
    [2, 1],
    [12],
  ];
  const keys = [key(0), key(1), key(2 ** 32), key(-1)].flatMap((k) => paths.map((path) => fold(k, ...path)));
  for (let n = 0; n < 2000; n++) keys.push(fold(key(3), 'layers', n), fold(key(3), `layers.${n}`));
  assert.is(new Set(keys.map(({ lo, hi }) => `${lo} ${hi}`)).size, keys.length);
});

test('fractions and numbers beyond 53 bits are refused', () => {
  for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.throws(
      () => key(bad),
      (e: unknown) => e instanceof FormatError,
    );
    assert.throws(
      () => fold(key(1), bad),
      (e: unknown) => e instanceof FormatError,
    );
  }
});

test.run();
