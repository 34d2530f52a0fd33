import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import {
  cholesky,
  cond,
  type DenseMatrix,
  DtypeError,
  det,
  eigh,
  inv,
  lstsq,
  lu,
  type Matrix,
  matrix,
  NonFiniteError,
  pca,
  pinv,
  qr,
  rank,
  ShapeError,
  singularValues,
  solve,
  svd,
} from '../../src/linalg.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('linalg matrices');
const wasm = wasmBackend({ canary: true });

/** All that take one matrix. */
const all: Readonly<Record<string, (a: Matrix) => unknown>> = {
  svd,
  qr,
  eigh,
  cholesky,
  lu,
  inv,
  pinv,
  det,
  rank,
  cond,
  singularValues,
  pca,
  solve: (a) => solve(a, [1, 2]),
  lstsq: (a) => lstsq(a, [1, 2]),
};

/** What a result is made of, without its numbers. */
function kind(x: unknown): unknown {
  if (typeof x === 'number') return 'number';
  if (ArrayBuffer.isView(x)) return x.constructor.name;
  if (Array.isArray(x)) return Array.isArray(x[0]) ? 'rows' : 'list';
  if ('data' in (x as object)) return `matrix of ${kind((x as DenseMatrix).data)}`;
  return Object.fromEntries(Object.entries(x as object).map(([name, part]) => [name, kind(part)]));
}

test('come out as the kind that came in', () => {
  leakFree(wasm, () => {
    const rows = [
      [2, 1],
      [1, 3],
    ];
    for (const [a, m, v] of [
      [rows, 'rows', 'list'],
      [rows.map((row) => Float32Array.from(row)), 'rows', 'list'],
      [matrix(Float64Array.of(2, 1, 1, 3), 2, 2), 'matrix of Float64Array', 'Float64Array'],
      [matrix(Float32Array.of(2, 1, 1, 3), 2, 2), 'matrix of Float32Array', 'Float32Array'],
    ] as const) {
      assert.equal(kind(svd(a)), { U: m, S: v, Vt: m });
      assert.equal(kind(qr(a)), { Q: m, R: m });
      assert.equal(kind(eigh(a)), { values: v, vectors: m });
      assert.equal(kind(lu(a)), { L: m, U: m, permutation: m === 'rows' ? 'list' : 'Int32Array' });
      assert.equal(kind(pca(a)), { mean: v, components: m, scores: m, variances: v, ratios: v });
      for (const each of [cholesky, inv, pinv]) assert.is(kind(each(a)), m);
      for (const each of [det, rank, cond]) assert.is(kind(each(a)), 'number');
      assert.is(kind(singularValues(a)), v);
    }
  });
});

test('have solutions like their right-hand sides', () => {
  leakFree(wasm, () => {
    const nested = [
      [2, 0],
      [0, 4],
    ];
    const typed = matrix(Float32Array.of(2, 0, 0, 4), 2, 2);
    for (const a of [nested, typed]) {
      assert.equal(solve(a, [1, 1]), [0.5, 0.25]);
      assert.equal(solve(a, Float32Array.of(1, 1)), Float32Array.of(0.5, 0.25));
      assert.equal(solve(a, [[1], [1]]), [[0.5], [0.25]]);
      assert.equal(solve(a, matrix(Float32Array.of(1, 1), 2, 1)), matrix(Float32Array.of(0.5, 0.25), 2, 1));
      assert.equal(lstsq(a, [1, 1]), { x: [0.5, 0.25], residual: 0 });
    }
    assert.equal(solve(nested, Float64Array.of(1, 1)), Float64Array.of(0.5, 0.25));
    // In types, too.
    const x: number[] = solve(typed, [1, 1]);
    const y: Float32Array = svd(typed).S;
    const z: DenseMatrix<Float64Array> = pinv(matrix(new Float64Array(2), 1, 2));
    assert.equal([x.length, y.length, z.columns], [2, 2, 1]);
  });
});

test('are not changed, and share nothing with results', () => {
  const data = Float64Array.of(3, 1, 1, 2);
  const a = matrix(data, 2, 2);
  for (const call of Object.values(all)) call(a);
  assert.equal(data, Float64Array.of(3, 1, 1, 2));
  const { R } = qr(matrix(Float64Array.of(1, 0, 0, 1), 2, 2));
  R.data.fill(7);
  assert.equal(data, Float64Array.of(3, 1, 1, 2));
});

test('are refused by name where they are none', () => {
  const throws = (call: () => unknown, type: new (...args: never[]) => Error, text: RegExp): void => {
    leakFree(wasm, () => assert.throws(call, (e: Error) => e instanceof type && text.test(e.message)));
  };
  for (const [op, call] of Object.entries(all)) {
    const refused = (a: unknown, type: new (...args: never[]) => Error, text: string): void =>
      throws(() => call(a as Matrix), type, new RegExp(`^${op}: ${text}`));
    refused([[1, 2], [3]], ShapeError, 'all rows have one length; got 2 in row 0 and 1 in row 1; pad the rows');
    refused([1, 2], ShapeError, 'a row is a list of numbers; got 1 for row 0; write');
    refused([[1, 2], null], ShapeError, 'a row is a list of numbers; got null for row 1; write');
    refused(
      [
        [1, '2'],
        [3, 4],
      ],
      DtypeError,
      "elements are numbers; got '2' at \\[0, 1\\]; convert",
    );
    refused(
      [
        [1, Number.NaN],
        [3, 4],
      ],
      NonFiniteError,
      'all elements are finite; got NaN at \\[0, 1\\] of \\[2, 2\\];',
    );
    refused(
      [
        [1, 2],
        [-Infinity, 4],
      ],
      NonFiniteError,
      'all elements are finite; got -Infinity at \\[1, 0\\]',
    );
    refused(7, ShapeError, 'a matrix is a list of rows, or data with rows and columns; got 7; write');
    refused(null, ShapeError, 'a matrix is a list of rows, or data with rows and columns; got null; write');
    refused('ab', ShapeError, "a matrix is a list of rows, or data with rows and columns; got 'ab'; write");
    refused(new Float64Array(4), ShapeError, 'a matrix is a list of rows, .*; got Float64Array; write');
    const data = Float64Array.of(1, 2, 3, Number.NaN);
    refused({ data, rows: 2, columns: 2 }, NonFiniteError, 'all elements are finite; got NaN at \\[1, 1\\]');
    refused({ data, rows: 2, columns: 3 }, ShapeError, 'a matrix has rows times columns numbers; got 2 x 3 for 4');
    refused({ data, rows: -2, columns: -2 }, ShapeError, 'a matrix has rows times columns numbers; got -2 x -2');
    refused({ data, rows: 4 }, ShapeError, 'a matrix has rows times columns numbers; got 4 x undefined for 4');
    refused(
      { data: [1], rows: 1, columns: 1 },
      DtypeError,
      'numbers are in a Float32Array or a Float64Array; got Array',
    );
    refused({ data: Int32Array.of(1), rows: 1, columns: 1 }, DtypeError, 'numbers are in a .*; got Int32Array; use');
  }
  throws(() => matrix(new Float64Array(5), 2, 2), ShapeError, /^matrix: a matrix has rows times columns numbers/);
  throws(() => matrix([1] as never, 1, 1), DtypeError, /^matrix: numbers are in a Float32Array or a Float64Array/);
  throws(() => matrix(new Float64Array(2), 0.5, 4), ShapeError, /got 0.5 x 4 for 2/);
  const [single, double] = [matrix(new Float32Array(1), 1, 1), matrix(new Float64Array(1), 1, 1)];
  throws(() => solve(single, double), DtypeError, /^solve: operands have one precision; got f32 and f64/);
  throws(() => solve(double, Int32Array.of(1) as never), DtypeError, /^solve: numbers are in a .*; got Int32Array/);
  throws(() => solve([[1]], [1, 2]), ShapeError, /^solve: the right-hand side is/);
  throws(() => lstsq([[1]], ['1'] as never), DtypeError, /^lstsq: elements are numbers; got '1' at/);
});

test('show no tensor in any type', () => {
  const files = ['src/linalg.ts', ...readdirSync('src/linalg').map((name) => `src/linalg/${name}`)];
  assert.ok(files.length > 4);
  // The files themselves turn arrays into tensors; their public names are those of the entry.
  const entry = readFileSync('src/linalg.ts', 'utf8');
  const names = [...entry.matchAll(/(?:\btype )?(\w+)(?=,|\s*\})/g)].map(([, name]) => name!);
  let seen = 0;
  for (const path of files) {
    const { outputText } = ts.transpileDeclaration(readFileSync(path, 'utf8'), { compilerOptions: { strict: true } });
    for (const statement of outputText.split(/\n(?=export )/)) {
      const name = /^export (?:declare )?(?:function|interface|type|const) (\w+)/.exec(statement)?.[1];
      if (name === undefined || !names.includes(name)) continue;
      assert.not.match(statement, /\bTensor\b/);
      seen++;
    }
  }
  assert.ok(seen >= 25, `${seen} public names were found`);
});

test.run();
