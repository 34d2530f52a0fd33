/** Gradients of rounding against central differences: separated, repeated, vanishing and close singular values. */

import * as tt from '../../src/decompose/tt/index.ts';
import { BackendError } from '../../src/errors.ts';
import { grad, vjp } from '../../src/ops/grad.ts';
import { einsum } from '../../src/ops/einsum/einsum.ts';
import { qr } from '../../src/ops/linalg/qr.ts';
import { mul } from '../../src/ops/binary.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { sum, sumSquares } from '../../src/ops/reduce.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { swapAxes } from '../../src/ops/transpose.ts';
import { ones, tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { onWarning } from '../../src/warn.ts';
import { difference, noise } from '../laws/format.ts';
import { wasmBackend } from '../support/backends.ts';
import { gradcheck } from '../support/gradcheck.ts';
import { leakFree } from '../support/leaks.ts';
import { sampleOf } from '../support/samples.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('gradient of tt.round');

const rounding =
  (maxRank: readonly number[]) =>
  (...cores: Tensor[]): Tensor =>
    tt.full(tt.round(tt.fromCores(cores), { maxRank }));

const columns = (m: number, n: number, seed: number): Tensor => qr(noise([m, n], seed)).Q;

/** The sum of s_i u_i v_i w_i with orthonormal u, v and w, whose singular values at both bonds are s. */
function planted(values: readonly number[]): Tensor[] {
  const p = values.length;
  const [U, V, W] = [columns(5, p, 1), columns(4, p, 2), columns(5, p, 3)];
  const core = einsum('ia,ja,ka,a->ijk', columns(p, p, 4), V, columns(p, p, 5), tensor(Float64Array.from(values)));
  const left = matmul(U, swapAxes(columns(p, p, 4), 0, 1));
  const right = matmul(columns(p, p, 5), swapAxes(W, 0, 1));
  return [reshape(left, [1, 5, p]), core, reshape(right, [p, 5, 1])];
}

function check(cores: readonly Tensor[], maxRank: readonly number[]): void {
  gradcheck(rounding(maxRank), cores.map(sampleOf));
}

test('holds for separated spectra', () => {
  check([noise([1, 4, 3], 1), noise([3, 3, 4], 2), noise([4, 3, 1], 3)], [2, 2]);
  check([noise([1, 3, 4], 4), noise([4, 2, 3], 5), noise([3, 2, 3], 6), noise([3, 3, 1], 7)], [2, 3, 2]);
  check([noise([1, 6, 1], 8)], []);
  // Nothing is cut.
  check([noise([1, 3, 2], 1), noise([2, 3, 2], 2), noise([2, 3, 1], 3)], [2, 2]);
});

test('holds where kept values are equal, discarded ones are, and both', () => {
  check(planted([1, 1, 0.3]), [2, 2]);
  check(planted([1, 0.2, 0.2]), [1, 1]);
  check(planted([1, 1, 0.2, 0.2]), [2, 2]);
  check(planted([1, 1, 1]), [3, 3]);
  check(planted([1, 1 - 1e-7, 0.3]), [2, 2]);
  check(planted([1, 1 - 1e-10, 0.3, 0.3 - 1e-10]), [2, 2]);
});

test('holds where values vanish and ranks are above those of the tensor', () => {
  check(planted([1, 0.7, 0, 0]), [2, 2]);
  check(planted([1, 1, 0, 0]), [2, 2]);
  // x + x: every bond has twice the ranks that it needs.
  gradcheck(
    (...cores) => {
      const x = tt.fromCores(cores);
      return tt.full(tt.round(tt.add(x, x), { maxRank: [2, 2] }));
    },
    planted([1, 0.7]).map(sampleOf),
  );
});

test('does not depend on the gauge of the cores', () => {
  const [a, b, c] = planted([1, 0.9, 0.3]) as [Tensor, Tensor, Tensor];
  const stretch = Float64Array.of(1, 30, 900);
  const [wide, narrow] = [tensor(stretch), reshape(tensor(stretch.map((x) => 1 / x)), [3, 1, 1])];
  const g = noise([5, 4, 5], 6);
  const plain = vjp(rounding([2, 2]), [a, b, c], g).gradients;
  const gauged = vjp(rounding([2, 2]), [mul(a, wide), mul(b, narrow), c], g).gradients;
  const back = [mul(gauged[0]!, wide), mul(gauged[1]!, narrow), gauged[2]!];
  plain.forEach((x, k) => assert.ok(difference(back[k]!, x) < 1e-11, `gradient ${k}`));
});

test('is that of the cores of the untaped result', () => {
  const cores = [noise([1, 4, 3], 1), noise([3, 3, 4], 2), noise([4, 3, 1], 3)];
  const value = vjp((...xs) => rounding([2, 2])(...xs), cores, ones([4, 3, 3], 'f64')).value;
  assert.equal(dataSync(value), dataSync(rounding([2, 2])(...cores)));
  const on = wasmBackend();
  leakFree(on, () => {
    const norm = (xs: readonly Tensor[]): Tensor => sumSquares(rounding([2, 2])(...xs));
    assert.is(grad(norm)(cores).length, 3);
  });
  // TT-matrices, and a loss that sees some of the cores only.
  const x = tt.round(tt.random([4, 4], { rank: 3, dtype: 'f64' }), { eps: 1e-3 });
  const parts = Object.values(x.parts);
  const first = vjp(
    (...xs) =>
      sum(
        matmul(
          tt.full(tt.round(tt.fromCores([reshape(xs[0]!, [1, 4, 3]), reshape(xs[1]!, [3, 4, 1])]), { eps: 1e-12 })),
          ones([4], 'f64'),
        ),
      ),
    parts,
    ones([], 'f64'),
  );
  const plain = vjp((...xs) => sum(matmul(matmul(xs[0]!, xs[1]!), ones([4], 'f64'))), parts, ones([], 'f64'));
  first.gradients.forEach((g, k) => assert.ok(difference(g, plain.gradients[k]!) < 1e-12));
});

test('warns where the cut falls between equal values, and refuses second gradients', () => {
  const met: string[] = [];
  onWarning(({ op }) => met.push(op));
  try {
    grad((xs: readonly Tensor[]) => sumSquares(rounding([2, 2])(...xs)))(planted([1, 0.5, 0.5]));
  } finally {
    onWarning(null);
  }
  assert.ok(met.includes('truncate'));
  const norm = (xs: readonly Tensor[]): Tensor => sumSquares(rounding([2, 2])(...xs));
  const twice = (xs: readonly Tensor[]): Tensor => sumSquares(grad(norm)(xs)[1]!);
  throws(() => grad(twice)(planted([1, 0.5, 0.1])), BackendError, /second gradient/);
});

test.run();
