/**
 * Bits of factorizations and decompositions, equal on every runtime with compiled kernels. The reference backend has
 * other, simpler algorithms for factorizations, and so other bits.
 */

import type { Real } from '../../src/dtype.ts';
import { decompose } from '../../src/decompose/decompose.ts';
import { cross } from '../../src/decompose/tt/cross.ts';
import { formats } from '../../src/formats/all.ts';
import { round } from '../../src/formats/round.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { vjp } from '../../src/ops/grad.ts';
import { cholesky } from '../../src/ops/linalg/cholesky.ts';
import { eigh } from '../../src/ops/linalg/eigh.ts';
import { det } from '../../src/ops/linalg/det.ts';
import { lstsq } from '../../src/ops/linalg/lstsq.ts';
import { lq, qr } from '../../src/ops/linalg/qr.ts';
import { qrPivoted } from '../../src/ops/linalg/qrPivoted.ts';
import { randomizedSvd } from '../../src/ops/linalg/randomizedSvd.ts';
import { solve } from '../../src/ops/linalg/solve.ts';
import { singularValues, svd } from '../../src/ops/linalg/svd.ts';
import { truncate } from '../../src/ops/linalg/truncatedSvd.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { swapAxes } from '../../src/ops/transpose.ts';
import { eye } from '../../src/tensor/create.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import * as tt from '../../src/tt/index.ts';
import type { Tree } from '../../src/tree.ts';

/** Makes a tensor of normal numbers that depends on its name alone. */
export type Draw = (name: string, shape: readonly number[], dtype: Real) => Tensor;

const trees = (...values: readonly unknown[]): Tree<Tensor> => values as unknown as Tree<Tensor>;

/** A positive definite matrix. */
function definite(draw: Draw, n: number, dtype: Real): Tensor {
  const x = draw('definite', [n, n + 3], dtype);
  return add(matmul(x, swapAxes(x, 0, 1)), mul(eye(n, dtype), 0.5));
}

function factors(draw: Draw, dtype: Real): Tree<Tensor> {
  const [tall, wide, batch] = [
    [67, 35],
    [20, 90],
    [3, 9, 7],
  ].map((shape) => draw(`matrix ${shape}`, shape, dtype));
  const [square, right] = [draw('square', [40, 40], dtype), draw('right', [40, 5], dtype)];
  const g = draw('gradient', [67, 35], dtype);
  const { Q, R, permutation } = qrPivoted(wide!);
  const { U, S, Vt } = randomizedSvd(tall!, { rank: 5, seed: 3 });
  return trees(
    [tall!, wide!, batch!].map((a) => trees(qr(a), lq(a), svd(a), svd(a, { method: 'jacobi' }), singularValues(a))),
    trees(qr(tall!, { full: true }), { Q, R, permutation }, { U, S, Vt }),
    trees(eigh(definite(draw, 41, dtype)), cholesky(definite(draw, 41, dtype))),
    trees(solve(square, right), lstsq(tall!, draw('rows', [67, 2], dtype)), det(square)),
    vjp((a) => truncate(a, { rank: 4 }), [tall!], g).gradients,
  );
}

function decompositions(draw: Draw, dtype: Real, of: (tree: Tree<Tensor>) => string): Record<string, string> {
  const a = draw('tensor', [7, 6, 5, 8], dtype);
  const hashes: Record<string, string> = {};
  for (const { name } of formats) {
    if (name === 'dense') continue;
    const isMatrix = name === 'lowRank' || name === 'ttMatrix';
    const x = isMatrix ? draw('matrix', [24, 30], dtype) : a;
    const options = { format: name, rank: name === 'cp' ? 3 : 4, sweeps: 5, stop: 0, seed: 2 };
    hashes[`decompose.${name}.${dtype}`] = of(trees(decompose(x, options)));
  }
  const x = tt.add(decompose(a, { format: 'tt', eps: 0.3 }), decompose(a, { format: 'tt', eps: 0.5 }));
  hashes[`round.${dtype}`] = of(trees(tt.round(x, { eps: 0.2 }), round(x, { eps: 0.2 })));
  return hashes;
}

/** Factorizations and decompositions; `over` hashes what is made in a scope. */
export function factorHashes(draw: Draw, over: (make: () => Tree<Tensor>) => string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const dtype of ['f32', 'f64'] as const) {
    hashes[`factor.${dtype}`] = over(() => factors(draw, dtype));
    Object.assign(
      hashes,
      decompositions(draw, dtype, (tree) => over(() => tree)),
    );
  }
  const smooth = (...index: number[]): number => 1 / (1 + index.reduce((sum, k) => sum + k, 0));
  hashes['decompose.cross'] = over(() => trees(cross(smooth, [6, 7, 8, 9], { eps: 1e-5 })));
  return hashes;
}
