/**
 * Spectral initialisation (Khodak, Tenenholtz, Mackey & Fusi 2021, section 3.1): a weight is drawn as a dense one is, and
 * decomposed into the parts, so that the network starts as close to a dense one as its ranks allow.
 */

import { decomposeWeight } from '../decompose/decompose.ts';
import { norm } from '../formats/algebra.ts';
import type { Axis } from '../formats/format.ts';
import { bondsOf, Factored, modesOf, ranksOf } from '../formats/network.ts';
import { pow } from '../math.ts';
import { mul } from '../ops/binary.ts';
import { normal } from '../ops/random.ts';
import { sumSquares } from '../ops/reduce.ts';
import type { Real } from '../dtype.ts';
import type { Key } from '../random.ts';
import { sizeOf } from '../shape.ts';
import { item } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Weights with more entries are not drawn as dense ones. */
const MOST = 1 << 25;

/**
 * A weight of the network and ranks of x from a dense draw whose entries deviate as those of x; undefined where x is zero,
 * which is a start of its own, or stands for too many entries.
 */
export function spectralStart(x: Factored, axes: readonly Axis[], key: Key): Factored | undefined {
  return scope(() => {
    const { shape } = x;
    const size = sizeOf(shape);
    if (size > MOST) return undefined;
    const std = item(norm(x)) / Math.sqrt(size);
    if (!(std > 0)) return undefined;
    const dtype = Object.values(x.parts)[0]!.dtype as Real;
    const drawn = normal(key, shape, { std, dtype });
    // A table in low-rank form may have rows of padding.
    const padded = axes.map((axis, k) => ({ ...axis, size: shape[k]! }));
    const modes = modesOf(x);
    const fold = x.axes.map((list) => list.map((k) => modes[k]!));
    const ranks = ranksOf(x);
    const rank = bondsOf(x.net).map((bond) => ranks[bond]!);
    return balanced(decomposeWeight(drawn, padded, { format: x.format, fold, rank }));
  });
}

/** The same tensor with parts whose norms are as the numbers of `sizes`; default alike, so that gradients weigh alike. */
export function balanced(x: Factored, sizes: Readonly<Record<string, number>> = {}): Factored {
  const parts = Object.entries(x.parts);
  const factors = parts.map(([name, part]) => (sizes[name] ?? 1) / Math.sqrt(item(sumSquares(part))));
  if (!factors.every((factor) => Number.isFinite(factor))) return x;
  const mean = factors.reduce((product, factor) => product * pow(factor, 1 / factors.length), 1);
  const scaled = parts.map(([name, part], k): [string, Tensor] => [name, mul(part, factors[k]! / mean)]);
  return new Factored(x.format, x.net, x.axes, Object.fromEntries(scaled));
}
