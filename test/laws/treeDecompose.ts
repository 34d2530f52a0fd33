/**
 * What holds for every decomposition of a dense tensor into a tree of parts, whatever the format: the error is global and
 * the one reported, ranks are quasi-optimal, planted ranks are found, powers of two pass through, nothing leaks.
 */

import type { Backend } from '../../src/backend/backend.ts';
import { withBackend } from '../../src/backend/current.ts';
import type { AnyOptions, Decompose } from '../../src/decompose/all.ts';
import type { Decomposed } from '../../src/decompose/decomposed.ts';
import type { Real } from '../../src/dtype.ts';
import { full } from '../../src/formats/algebra.ts';
import { sideOf } from '../../src/formats/layout.ts';
import { bondsOf, ranksOf } from '../../src/formats/network.ts';
import { centerOf, treeOf, upwards } from '../../src/formats/treeNetwork.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { type Dense, dense, distance, normOf } from '../../src/testing/dense.ts';
import { unfoldedValues } from '../../src/testing/tt/cores.ts';
import { atMost, ulps } from '../../src/testing/tt/laws.ts';
import { leakFree } from '../support/leaks.ts';
import { noiseOf } from '../support/trains.ts';
import { orthogonalityOf } from './tree.ts';
import { permutedOf } from './tuckerDense.ts';

/** A decomposition under test, in one dtype on one backend. */
export interface TreeDecomposition {
  readonly unit: number;
  decompose(a: Dense, options: AnyOptions): Decomposed;
  full(x: Decomposed): Dense;
}

export function decompositionOn(on: Backend, dtype: Real, decompose: Decompose): TreeDecomposition {
  return {
    unit: dtype === 'f32' ? 2 ** -24 : 2 ** -53,
    decompose: (a, options) => leakFree(on, () => decompose(tensor(a.values, a.shape, dtype), options)),
    full: (x) =>
      leakFree(on, () => {
        const whole = full(x);
        return { shape: whole.shape, values: Float64Array.from(dataSync(whole)) };
      }),
  };
}

/** |X - full| <= eps n + 50 u d n, the error reported is the one made, and no smaller eps gives smaller ranks. */
export function errorIsGlobal(impl: TreeDecomposition, a: Dense, eps: number): void {
  const x = impl.decompose(a, { eps });
  const [n, d] = [normOf(a), Math.max(1, bondsOf(x.net).length)];
  const error = distance(impl.full(x), a);
  atMost(error, eps * n + ulps(impl, 50) * d * n, `error at eps ${eps}`);
  atMost(Math.abs(x.report.error * n - error), ulps(impl, 50) * d * n, 'difference of errors');
}

/** The tails of the unfoldings at every bond behind the ranks of x. */
function tailsOf(a: Dense, x: Decomposed): number[] {
  return Object.entries(ranksOf(x)).map(([bond, r]) => {
    const side = sideOf(x.net, bond).map((label) => x.net.open.indexOf(label));
    const rest = a.shape.flatMap((_, k) => (side.includes(k) ? [] : [k]));
    const values = unfoldedValues(permutedOf(a, [...side, ...rest]), side.length).slice(r);
    return normOf(dense([values.length], (k) => values[k]!));
  });
}

/** At given ranks the error lies between the largest tail and the root of the sum of squared tails. */
export function ranksAreQuasiOptimal(impl: TreeDecomposition, a: Dense, rank: number): void {
  const x = impl.decompose(a, { rank });
  for (const [bond, r] of Object.entries(ranksOf(x))) atMost(r, rank, `rank of ${bond}`);
  const tails = tailsOf(a, x);
  const error = distance(impl.full(x), a);
  const slack = ulps(impl, 20) * Math.max(1, tails.length) * normOf(a);
  atMost(Math.max(0, ...tails) - slack, error, 'largest tail');
  atMost(error, Math.sqrt(tails.reduce((sum, t) => sum + t * t, 0)) + slack, 'error');
}

/** Every part but the center has orthonormal columns towards it, to 40 u times its size. */
export function partsAreOrthonormal(impl: TreeDecomposition, a: Dense, eps: number): void {
  const x = impl.decompose(a, { eps });
  const tree = treeOf('test', x);
  for (const { part, up } of upwards(tree, centerOf('test', tree, undefined))) {
    const off = orthogonalityOf(x, part, up.bond);
    atMost(off, ulps(impl, 40) * Math.max(...x.parts[part]!.shape), `loss of orthogonality of ${part}`);
  }
}

/** No rank above those of the tensor that was expanded. */
export function plantedRanksAreFound(impl: TreeDecomposition, planted: Decomposed, eps: number): void {
  const x = impl.decompose(impl.full(planted), { eps });
  for (const [bond, r] of Object.entries(ranksOf(x))) atMost(r, ranksOf(planted)[bond]!, `rank of ${bond} at ${eps}`);
}

/** X times 2^exponent has the same parts, bit for bit, but for powers of two. */
export function powersPassThrough(impl: TreeDecomposition, a: Dense, options: AnyOptions, exponent: number): void {
  const one = impl.decompose(a, options);
  const other = impl.decompose(
    dense(a.shape, (k) => a.values[k]! * 2 ** exponent),
    options,
  );
  let shift = 0;
  for (const [name, part] of Object.entries(one.parts)) {
    const [p, q] = [dataSync(part), dataSync(other.parts[name]!)];
    const k = p.findIndex((v) => v !== 0);
    const power = k < 0 ? 0 : Math.log2(q[k]! / p[k]!);
    shift += power;
    if (!p.every((v, j) => v * 2 ** power === q[j]!))
      throw new Error(`part ${name} differs by more than a power of two`);
  }
  if (shift !== exponent && a.values.some((v) => v !== 0)) throw new Error(`the parts differ by 2^${shift} together`);
}

/** The greatest memory of a call, its operand included, in units of the operand. */
export function peakOf(
  on: Backend,
  sizes: readonly number[],
  dtype: Real,
  run: (a: ReturnType<typeof tensor>) => void,
): number {
  return withBackend(on, () =>
    scope(() => {
      const before = on.stats().bytes;
      const a = tensor(noiseOf(sizes, 1, dtype).values, sizes, dtype);
      run(a);
      return (on.stats().peak - before) / (a.size * (dtype === 'f64' ? 8 : 4));
    }),
  );
}
