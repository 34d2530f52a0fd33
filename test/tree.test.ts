import { ShapeError } from '../src/errors.ts';
import { leafAt, leavesOf, mapTree, withLeaves } from '../src/tree.ts';
import { assert, test } from './support/test.ts';
import { throws } from './support/throws.ts';

const tree = { layers: [{ w: 1 }, { w: 2, gone: undefined }], by: new Map([['b.c', 3]]) };

test('arrays, plain objects and maps branch; one path names a leaf', () => {
  assert.equal(
    [...leavesOf<number>(tree as never)],
    [
      ['layers.0.w', 1],
      ['layers.1.w', 2],
      ['by.b.c', 3],
    ],
  );
  assert.equal([...leavesOf(7)], [['', 7]]);
});

test('a mapped tree has the same structure', () => {
  const twice = mapTree<number, number, never>(tree as never, (x) => 2 * x) as unknown as typeof tree;
  assert.equal(twice, { layers: [{ w: 2 }, { w: 4, gone: undefined }], by: new Map([['b.c', 6]]) });
  const changed = withLeaves<number, never>(tree as never, new Map([['by.b.c', 9]])) as unknown as typeof tree;
  assert.is(changed.by.get('b.c'), 9);
  assert.is(changed.layers[0]!.w, 1);
});

test('a path that names no leaf is refused with those that do', () => {
  assert.is(leafAt(tree as never, 'layers.1.w'), 2);
  throws(() => leafAt(tree as never, 'layers.2.w'), ShapeError, /choose one of layers\.0\.w, layers\.1\.w, by\.b\.c/);
});

test.run();
