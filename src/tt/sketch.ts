/**
 * A sum of trains projected onto a random sketch of its range, bond by bond: Randomize-then-Orthogonalize (Al Daas,
 * Ballard, Cazeaux, Hallman, Miedlar, Pasha, Reid & Saibaba 2023, algorithms 3.2 and 3.4). All summands meet the same
 * random train, so the train of the summed ranks is never formed. O(d n r^2 l) for each summand of ranks r and a sketch
 * of ranks l, against O(d n R^3) for the orthogonalization of the sum of ranks R.
 */

import { add } from '../ops/binary.ts';
import { qr } from '../ops/linalg/qr.ts';
import { checkFinite } from '../ops/linalg/matrices.ts';
import { exponentOf, numberTimesPower, powerOfTwo, timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { matmul } from '../ops/matmul.ts';
import { normal } from '../ops/random.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { norm2 } from '../ops/statistics.ts';
import { swapAxes } from '../ops/transpose.ts';
import { fold, type Key } from '../random.ts';
import { ones } from '../tensor/create.ts';
import { item } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { centerNorm, type Gauge, timesLeft } from './gauge.ts';
import type { Train } from './train.ts';

export interface Sketched {
  /** The projection, its center on the last core. */
  readonly gauge: Gauge;
  /** An estimate of the error relative to the norm, had the test columns been missing. */
  readonly lost: number;
}

/** Cores [l, n, l'] that meet those of the summands, from the second on; the first bond has the first l. */
export type Omega = readonly Tensor[];

/**
 * Random cores for sketches of ranks `ranks`, ranks[k] behind core k: normal entries, of the variance with which a
 * column of a sketch times its transpose has the Gram matrix of the sketched cores as its mean.
 */
export function randomOmega({ cores, dtype }: Train, ranks: readonly number[], key: Key): Omega {
  return cores.slice(1).map((core, k) => {
    const [rows, columns] = [ranks[k]!, ranks[k + 1] ?? 1];
    return normal(fold(key, k), [rows, core.shape[1]!, columns], { dtype, std: 1 / Math.sqrt(columns) });
  });
}

/**
 * The sum of trains of the same modes, projected onto its sketch by `omega`. The last tests[k] columns of the sketch at
 * bond k tell what the others miss; default 0, nothing. Call it in a scope, unrecorded.
 */
export function sketchSum(op: string, trains: readonly Train[], omega: Omega, tests?: readonly number[]): Sketched {
  const { cores, exponent } = alike(op, trains);
  const right = sketches(op, cores, omega);
  const last = cores[0]!.length - 1;
  const gauge: Gauge = { op, cores: [], center: last, exponent };
  const losses: { size: number; exponent: number }[] = [];
  let rest = cores.map((own) => own[0]!);
  for (let k = 0; k < last; k++) {
    const step = scope(() => project(rest, right[k]!.W, tests?.[k] ?? 0));
    gauge.cores.push(step.core);
    losses.push({ size: step.lost, exponent: right[k]!.exponent + gauge.exponent });
    const next = scope(() =>
      together(
        op,
        step.factors.map((M, i) => timesLeft(M, cores[i]![k + 1]!)),
      ),
    );
    gauge.exponent += next.exponent;
    rest = next.xs;
  }
  gauge.cores.push(summed(rest));
  const norm = centerNorm(gauge);
  const sizes = losses.map((loss) => numberTimesPower(loss.size, loss.exponent - gauge.exponent) / norm);
  return { gauge, lost: norm === 0 ? 0 : Math.sqrt(sizes.reduce((sum, x) => sum + x * x, 0)) };
}

/** The cores of all trains with greatest elements in [1, 2); the first ones carry what sets the summands apart. */
function alike(op: string, trains: readonly Train[]): { cores: Tensor[][]; exponent: number } {
  const scaled = trains.map(({ cores }) => cores.map((core) => powerOfTwo(op, core)));
  const exponents = scaled.map((own) => own.reduce((sum, core) => sum + core.exponent, 0));
  const exponent = Math.max(...exponents);
  const cores = scaled.map((own, i) =>
    own.map(({ x }, k) => (k === 0 ? timesPowerOfTwo(x, exponents[i]! - exponent) : x)),
  );
  return { cores, exponent };
}

/** Tensors with one power of two taken out of all. */
function together(op: string, xs: readonly Tensor[]): { xs: Tensor[]; exponent: number } {
  const top = xs.reduce((most, x) => Math.max(most, checkFinite(op, x)), 0);
  const exponent = top === 0 ? 0 : exponentOf(top);
  return { xs: xs.map((x) => timesPowerOfTwo(x, -exponent)), exponent };
}

/** For each bond k the cores behind it times those of omega, a matrix [r, l] 2^-exponent for each summand. */
function sketches(
  op: string,
  cores: readonly (readonly Tensor[])[],
  omega: Omega,
): { W: Tensor[]; exponent: number }[] {
  const last = cores[0]!.length - 1;
  const out = new Array<{ W: Tensor[]; exponent: number }>(last);
  let before = { W: cores.map(() => ones([1, 1], cores[0]![0]!.dtype)), exponent: 0 };
  for (let k = last; k > 0; k--) {
    const [rows, n, columns] = omega[k - 1]!.shape as [number, number, number];
    const { xs, exponent } = scope(() => {
      const turned = swapAxes(reshape(omega[k - 1]!, [rows, n * columns]), 0, 1);
      const products = cores.map((own, i) => {
        const [r, , s] = own[k]!.shape as [number, number, number];
        return matmul(reshape(matmul(reshape(own[k]!, [r * n, s]), before.W[i]!), [r, n * columns]), turned);
      });
      return together(op, products);
    });
    out[k - 1] = before = { W: xs, exponent: exponent + before.exponent };
  }
  return out;
}

/** A basis of the sketch sum_i Z_i W_i as a core [l, n, l'], what is left of each Z_i [l n, r], and what was lost. */
function project(
  rest: readonly Tensor[],
  W: readonly Tensor[],
  tests: number,
): { core: Tensor; factors: Tensor[]; lost: number } {
  const [l, n] = rest[0]!.shape as [number, number];
  const Z = rest.map((x) => reshape(x, [l * n, x.shape[2]!]));
  const { Q, R } = qr(summed(Z.map((x, i) => matmul(x, W[i]!))));
  const width = R.shape[1]!;
  const kept = Math.max(0, width - tests);
  // The triangle of the test columns is what the others leave of them.
  const lost = kept === width ? 0 : item(norm2(slice(R, [[kept], [kept]]))) / Math.sqrt(width - kept);
  const factors = Z.map((x) => matmul(swapAxes(Q, 0, 1), x));
  return { core: reshape(Q, [l, n, width]), factors, lost };
}

function summed(xs: readonly Tensor[]): Tensor {
  return xs.reduce((sum, x) => add(sum, x));
}
