/** The laws of factorizations hold for rankwise, name what an implementation lacks, and fail for a careless one. */

import fc from 'fast-check';
import type { Matrix } from '../../src/accuracy/matrix.ts';
import { cholesky } from '../../src/ops/linalg/cholesky.ts';
import { eigh } from '../../src/ops/linalg/eigh.ts';
import { qr } from '../../src/ops/linalg/qr.ts';
import { singularValues, svd } from '../../src/ops/linalg/svd.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { scope } from '../../src/tensor/scope.ts';
import { type MatrixImpl, matrixLaws } from '../../src/testing.ts';
import { onWarning } from '../../src/warn.ts';
import { lawRuns } from '../support/lawRuns.ts';
import { assert, suite } from '../support/test.ts';

const put = ({ m, n, values }: Matrix): Tensor => tensor(values as Float64Array | Float32Array, [m, n]);
const get = (x: Tensor): Matrix => ({ m: x.shape[0]!, n: x.shape[1]!, values: dataSync(x) });

/** rankwise as an implementation of plain matrices. */
const ours: Required<MatrixImpl> = {
  svd: (a) =>
    scope(() => {
      const { U, S, Vt } = svd(put(a));
      return { U: get(U), S: dataSync(S), Vt: get(Vt) };
    }),
  singularValues: (a) => scope(() => dataSync(singularValues(put(a)))),
  qr: (a) =>
    scope(() => {
      const { Q, R } = qr(put(a));
      return { Q: get(Q), R: get(R) };
    }),
  eigh: (a) =>
    scope(() => {
      const { values, vectors } = eigh(put(a));
      return { values: dataSync(values), vectors: get(vectors) };
    }),
  cholesky: (a) => scope(() => get(cholesky(put(a)))),
};

for (const dtype of ['f64', 'f32'] as const) {
  const test = suite(`matrix laws ${dtype}`);
  for (const { name, property } of matrixLaws(ours, { dtype })) test(name, () => fc.assert(property, lawRuns(dtype)));
  test.run();
}

const test = suite('matrix laws');

test('an implementation without a function skips the laws that need it, by name', () => {
  const skipped: [string, readonly string[]][] = [];
  const laws = matrixLaws({ svd: ours.svd }, { onSkip: (law, missing) => skipped.push([law.split(' ')[0]!, missing]) });
  assert.equal(
    laws.map(({ id }) => id),
    ['SVD1', 'SVD2', 'SVD4'],
  );
  assert.equal(skipped[0], ['SVD3', ['singularValues']]);
  assert.equal(
    skipped.map(([id]) => id),
    ['SVD3', 'QR1', 'QR2', 'EIGH1', 'EIGH2', 'CHOL1'],
  );
  const told: string[] = [];
  onWarning(({ message }) => told.push(message));
  matrixLaws({ qr: ours.qr });
  onWarning(null);
  assert.ok(told.some((text) => /^matrixLaws: law SVD3 .* is checked; got no svd, singularValues; add it/.test(text)));
});

/** Implementations that are wrong, with the law that sees it first. */
const wrong: Readonly<Record<string, MatrixImpl>> = {
  SVD1: {
    svd: (a) => spoilt(ours.svd(a), ({ U, Vt, S }) => ({ U, Vt, S: Float64Array.from(S, (x) => x * (1 + 1e-12)) })),
  },
  SVD2: { svd: (a) => spoilt(ours.svd(a), ({ U, Vt, S }) => ({ U, Vt, S: Float64Array.from(S, (x) => x + 1e-11) })) },
  SVD3: { svd: ours.svd, singularValues: (a) => Float64Array.from(ours.singularValues(a), (x) => x * (1 + 1e-12)) },
  SVD4: { svd: ({ m, n }) => ours.svd({ m, n, values: new Float64Array(m * n) }) },
  QR1: {
    qr: (a) => spoilt(ours.qr(a), ({ Q, R }) => ({ Q, R: { ...R, values: Float64Array.from(R.values, (x) => -x) } })),
  },
  QR2: { qr: ({ m, n }) => ours.qr({ m, n, values: new Float64Array(m * n) }) },
  EIGH1: { eigh: (a) => spoilt(ours.eigh(a), (x) => ({ ...x, values: Float64Array.from(x.values).reverse() })) },
  EIGH2: { eigh: ({ m, n }) => ours.eigh({ m, n, values: new Float64Array(m * n) }) },
  CHOL1: {
    cholesky: (a) =>
      spoilt(ours.cholesky(a), (L) => ({ ...L, values: Float64Array.from(L.values, (x) => x * (1 + 1e-12)) })),
  },
};

function spoilt<T>(x: T, how: (x: T) => T): T {
  return how(x);
}

test('each law fails for an implementation that breaks it', () => {
  for (const [id, impl] of Object.entries(wrong)) {
    const law = matrixLaws(impl, { onSkip: () => {} }).find((each) => each.id === id)!;
    const details = fc.check(law.property, { seed: 5, numRuns: 200, endOnFailure: true }) as fc.RunDetails<unknown>;
    assert.ok(details.failed, id);
  }
});

test.run();
