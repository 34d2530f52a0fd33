import * as tucker from '../../src/decompose/tucker/index.ts';
import type { Real } from '../../src/dtype.ts';
import { DtypeError, FormatError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { Factored, ranksOf } from '../../src/formats/network.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { modeProduct, refold, unfold } from '../../src/ops/unfold.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { type Dense, dense, distance, normOf } from '../../src/testing/dense.ts';
import { fullOfTucker, lossOf, modeValues } from '../laws/tuckerDense.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { noiseOf } from '../support/trains.ts';
import { get, put } from '../support/tuckers.ts';

const test = suite('tucker options');
const dtypes: readonly Real[] = ['f64', 'f32'];

test('leaves windows and other modes in the core', () => {
  const kernel = put(noiseOf([12, 9, 3, 3], 5, 'f64'), 'f64');
  const roles = ['out', 'in', 'window', 'window'] as const;
  for (const method of ['hosvd', 'sthosvd', 'hooi'] as const) {
    const x = tucker.decompose(kernel, { roles, rank: [4, 3], method });
    assert.equal(x.net.parts, { core: ['r0', 'r1', 'w0', 'w1'], factor0: ['o0', 'r0'], factor1: ['i0', 'r1'] });
    assert.equal(x.parts.core!.shape, [4, 3, 3, 3]);
    for (const k of [0, 1]) assert.ok(lossOf(get(x.parts[`factor${k}`]!)) < 1e-13);
    const truth = distance(get(full(x)), get(kernel)) / normOf(get(kernel));
    assert.ok(Math.abs(x.report.error - truth) < 1e-13);
    const same = tucker.decompose(kernel, { modes: [0, 1], rank: [4, 3], method });
    assert.equal(dataSync(same.parts.core!), dataSync(x.parts.core!));
  }
  const one = tucker.decompose(kernel, { modes: [2], eps: 0.1 });
  assert.equal(Object.keys(one.parts), ['core', 'factor2']);
  const none = tucker.decompose(kernel, { modes: [], eps: 0.1 });
  assert.equal(dataSync(full(none)), dataSync(kernel));
  const folded = tucker.decompose(kernel, { fold: [[3, 4], [9], [3], [3]], eps: 1e-12 });
  assert.equal(folded.shape, [12, 9, 3, 3]);
  assert.ok(distance(get(full(folded)), get(kernel)) < 1e-12 * normOf(get(kernel)));
});

test('starts HOOI where it is told, and never ends worse', () => {
  const a = put(noiseOf([7, 8, 6], 9, 'f64'), 'f64');
  const rank = [3, 2, 3];
  const best = tucker.decompose(a, { rank, method: 'hooi', stop: 1e-12, sweeps: 500 });
  assert.ok(best.report.converged);
  assert.is(best.report.history.length > 3, true);
  const random = tucker.decompose(a, { rank, method: 'hooi', init: 'random', seed: 3 });
  assert.ok(random.report.history[0]! > random.report.error + 0.01);
  assert.equal(
    dataSync(random.parts.core!),
    dataSync(tucker.decompose(a, { rank, method: 'hooi', init: 'random', seed: 3 }).parts.core!),
  );
  const again = tucker.decompose(a, { rank, method: 'hooi', init: best });
  assert.ok(again.report.error <= best.report.error + 1e-14);
  assert.ok(Math.abs(again.report.history[0]! - best.report.error) < 1e-14);
  const limited = tucker.decompose(a, { rank, method: 'hooi', init: 'random', seed: 3, sweeps: 1 });
  assert.is(limited.report.converged, false);
  throws(() => tucker.decompose(a, { rank: 4, method: 'hooi', init: best }), RankError, /the rank asked for/);
  throws(() => tucker.decompose(a, { rank: 4, method: 'hooi', init: 'best' as 'svd' }), FormatError, /init is/);
  throws(() => tucker.decompose(a, { eps: 0.1, method: 'hooi', init: 'random' }), FormatError, /init is/);
  const small = put(noiseOf([7, 8, 5], 9, 'f64'), 'f64');
  throws(() => tucker.decompose(small, { rank, method: 'hooi', init: best }), FormatError, /5 rows for mode 2/);
});

test('has a normal form: orthonormal factors, an all-orthogonal core of descending slices', () => {
  const a = put(noiseOf([4, 5, 3], 2, 'f64'), 'f64');
  const x = tucker.decompose(a, { rank: [3, 3, 2] });
  const skewed = new Factored(x.format, x.net, x.axes, {
    ...x.parts,
    core: modeProduct(
      x.parts.core!,
      tensor(
        [
          [2, 0, 0],
          [1, 3, 0],
          [0, 0, 1],
        ],
        undefined,
        'f64',
      ),
      0,
    ),
    factor0: transpose(
      modeProduct(
        transpose(x.parts.factor0!),
        tensor(
          [
            [0.5, -1 / 6, 0],
            [0, 1 / 3, 0],
            [0, 0, 1],
          ],
          undefined,
          'f64',
        ),
        0,
      ),
    ),
  });
  const whole = get(full(x));
  assert.ok(distance(get(full(skewed)), whole) < 1e-14 * normOf(whole), 'the test has another tensor');
  const y = tucker.canonical(skewed);
  assert.ok(distance(get(full(y)), whole) < 1e-14 * normOf(whole));
  const core = get(y.parts.core!);
  core.shape.forEach((_, mode) => {
    assert.ok(lossOf(get(y.parts[`factor${mode}`]!)) < 1e-13);
    const rows = get(unfold(y.parts.core!, mode));
    const [r, n] = rows.shape as [number, number];
    const values = modeValues(whole, mode);
    for (let i = 0; i < r; i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < n; k++) dot += rows.values[i * n + k]! * rows.values[j * n + k]!;
        assert.ok(Math.abs(dot - (i === j ? values[i]! * values[i]! : 0)) < 1e-13, `${mode} ${i} ${j}: ${dot}`);
      }
    }
  });
  const other = new Factored(
    'cp',
    { open: ['a', 'b'], parts: { factor0: ['a', 'r'], factor1: ['b', 'r'] } },
    [[0], [1]],
    {
      factor0: ones([2, 2], 'f64'),
      factor1: ones([3, 2], 'f64'),
    },
  );
  throws(() => tucker.canonical(other), ShapeError, /tucker.canonical|a core with factors/);
});

test('keeps every entry of a nonnegative decomposition at or above zero, and descends', () => {
  const from = (sizes: number[], seed: number): Dense => {
    const { shape: s, values } = noiseOf(sizes, seed, 'f64');
    return dense(s, (k) => Math.abs(values[k]!));
  };
  const exact = fullOfTucker({
    core: from([2, 3, 2], 1),
    factors: [from([9, 2], 2), from([8, 3], 3), from([7, 2], 4)],
  });
  for (const dtype of dtypes) {
    for (const init of ['svd', 'random'] as const) {
      const x = tucker.decompose(put(exact, dtype), { rank: [2, 3, 2], nonnegative: true, init, stop: 0, sweeps: 60 });
      for (const part of Object.values(x.parts)) assert.ok(dataSync(part).every((v) => v >= 0));
      x.report.history.forEach((e, k) => assert.ok(k === 0 || e <= x.report.history[k - 1]!));
      assert.ok(x.report.error < 0.03, `${dtype} from ${init}: ${x.report.error}`);
      const truth = distance(get(full(x)), exact) / normOf(exact);
      assert.ok(Math.abs(truth - x.report.error) < 1e-5);
    }
  }
  const mixed = tucker.decompose(put(noiseOf([5, 6, 4], 3, 'f64'), 'f64'), {
    rank: 2,
    nonnegative: true,
    modes: [0, 2],
  });
  assert.equal(Object.keys(mixed.parts), ['core', 'factor0', 'factor2']);
  for (const part of Object.values(mixed.parts)) assert.ok(dataSync(part).every((v) => v >= 0));
  throws(() => tucker.decompose(put(exact, 'f64'), { eps: 0.1, nonnegative: true }), RankError, /has a rank/);
});

test('unfolds row by row, and folds back', () => {
  const a = put(
    dense([2, 3, 4], (k) => k),
    'f64',
  );
  assert.equal(dataSync(unfold(a, 0)), dataSync(a));
  assert.equal([...dataSync(unfold(a, 1))].slice(0, 8), [0, 1, 2, 3, 12, 13, 14, 15]);
  assert.equal(unfold(a, -1).shape, [4, 6]);
  for (const mode of [0, 1, 2, -1]) assert.equal(dataSync(refold(unfold(a, mode), mode, [2, 3, 4])), dataSync(a));
  throws(() => unfold(a, 3), ShapeError, /unfold/);
  throws(() => refold(a, 0, [2, 3, 4]), ShapeError, /\[2, 12\]/);
  throws(() => modeProduct(a, ones([3, 3], 'f64'), 0), ShapeError, /a column for each index/);
});

test('takes zeros, vectors and modes of size 1, and refuses what it cannot take', () => {
  for (const method of ['hosvd', 'sthosvd', 'hooi'] as const) {
    const zero = tucker.decompose(zeros([3, 4, 2]), { eps: 1e-3, method });
    assert.equal(ranksOf(zero), { r0: 1, r1: 1, r2: 1 });
    assert.is(zero.report.error, 0);
    const vector = tucker.decompose(ones([5], 'f64'), { eps: 1e-3, method });
    assert.ok(
      distance(
        get(full(vector)),
        dense([5], () => 1),
      ) <
        1e-15 * 10,
    );
    const thin = tucker.decompose(ones([1, 4, 1]), { rank: 3, method });
    assert.ok(thin.report.error < 1e-6);
  }
  const a = put(noiseOf([3, 4, 2], 1, 'f64'), 'f64');
  throws(() => tucker.decompose(a, {}), RankError, /a rank or an eps/);
  throws(() => tucker.decompose(a, { eps: -1 }), RankError, /eps/);
  throws(() => tucker.decompose(a, { rank: [1, 2] }), RankError, /one for each bond/);
  throws(() => tucker.decompose(a, { eps: 0.1, method: 'qr' as 'hooi' }), FormatError, /hosvd, sthosvd, hooi/);
  throws(() => tucker.decompose(a, { eps: 0.1, modes: [3] }), ShapeError, /axes 0..2; got 3/);
  throws(() => tucker.decompose(a, { eps: 0.1, roles: ['out'] }), ShapeError, /'out', 'in' or 'window'/);
  throws(() => tucker.decompose(tensor(Int32Array.of(1, 2)), { eps: 0.1 }), DtypeError, /f32 and f64/);
  throws(() => tucker.decompose(zeros([3, 0]), { eps: 0.1 }), ShapeError, /each of size >= 1/);
  throws(() => tucker.decompose(tensor([1, Number.NaN]), { eps: 0.1 }), NonFiniteError, /NaN at \[1\]/);
});

test.run();
