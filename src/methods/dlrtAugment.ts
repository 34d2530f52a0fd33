/**
 * Wider bases: every basis U gets the directions of its gradient, orth([U | dU]), from the leaves to the center. For an
 * invertible core S that spans what the step K - lr dK of K = U S spans, whatever lr, since dU = dK S' (Zangrando et al.
 * 2024; Schotthoefer et al. 2022, algorithm 1). Inside a tree the gradient of a basis that hangs on others is the tangent
 * one, dP + sum over children of P times their new directions. Nothing moves: old columns come first, and what hangs on
 * the new ones is zero. O(n r^2) a part.
 */

import { type Real, ulps } from '../dtype.ts';
import { absorbed, matrixOf, type Parts, partOf } from '../formats/centered.ts';
import { Factored } from '../formats/network.ts';
import { add } from '../ops/binary.ts';
import { concat } from '../ops/concat.ts';
import { qr } from '../ops/linalg/qr.ts';
import { qrPivoted } from '../ops/linalg/qrPivoted.ts';
import { matmul } from '../ops/matmul.ts';
import { pad } from '../ops/pad.ts';
import { slice } from '../ops/slice.ts';
import { transpose } from '../ops/transpose.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Rooted } from './dlrtTree.ts';

export interface Augmented {
  /** The same tensor with wider bonds. */
  readonly node: Factored;
  /** By bond that has become wider by k: the directions [k, r] of its basis in the new columns. */
  readonly news: ReadonlyMap<string, Tensor>;
}

/**
 * A weight with bases widened by `directions`, which have the shapes of the parts; bases without any get what those below
 * them bring.
 */
export function augmented(node: Factored, rooted: Rooted, directions: Parts): Augmented {
  const news = new Map<string, Tensor>();
  const parts: Record<string, Tensor> = { ...node.parts };
  for (const { part, up } of rooted.bases) {
    const lifted = widened(node.parts[part]!, node.net.parts[part]!, news);
    parts[part] = lifted;
    const direction = tangent(node, part, up.bond, directions[part], news);
    if (direction === null) continue;
    const now = { net: node.net, parts: { ...node.parts, [part]: lifted } };
    const U = matrixOf(now, part, up.bond);
    const D = matrixOf({ ...now, parts: { ...node.parts, [part]: direction } }, part, up.bond);
    const found = orthonormalColumns(U, D);
    if (found === null) continue;
    parts[part] = partOf(now, part, up.bond, found.basis);
    news.set(up.bond, found.news);
  }
  const { center } = rooted;
  parts[center] = widened(node.parts[center]!, node.net.parts[center]!, news);
  return { node: new Factored(node.format, node.net, node.axes, parts), news };
}

/** A part with zeros where its bonds have become wider. */
export function widened(x: Tensor, labels: readonly string[], news: Augmented['news']): Tensor {
  if (!labels.some((label) => news.has(label))) return x;
  return pad(
    x,
    labels.map((label): [number, number] => [0, news.get(label)?.shape[0] ?? 0]),
  );
}

/** How a part takes the new directions of one of its bonds: in the new columns of that bond, over the old ones of others. */
export function carried(node: Factored, part: string, bond: string, news: Augmented['news']): Tensor {
  const labels = node.net.parts[part]!;
  const moved = absorbed(node, part, bond, news.get(bond)!);
  const old = (label: string): number => node.parts[part]!.shape[labels.indexOf(label)]!;
  return pad(
    moved,
    labels.map((label): [number, number] => {
      return label === bond ? [old(label), 0] : [0, news.get(label)?.shape[0] ?? 0];
    }),
  );
}

/** The direction in which a basis moves: its own gradient, and what hangs on it. Null where there is none. */
function tangent(
  node: Factored,
  part: string,
  up: string,
  own: Tensor | undefined,
  news: Augmented['news'],
): Tensor | null {
  const labels = node.net.parts[part]!;
  const terms = labels.flatMap((bond) => (bond !== up && news.has(bond) ? [carried(node, part, bond, news)] : []));
  if (own !== undefined) terms.push(widened(own, labels, news));
  return terms.length === 0 ? null : terms.reduce((a, b) => add(a, b));
}

/** Rounding units of a direction's norm below which what it adds to a basis is noise. */
const NOISE = 16;

/**
 * An orthonormal basis [m, r + k] of the columns of U [m, r], which are orthonormal and stay the first ones, and of D
 * [m, r]; and D in its last k columns. Null where D adds nothing.
 */
function orthonormalColumns(U: Tensor, D: Tensor): { basis: Tensor; news: Tensor } | null {
  const r = U.shape[1]!;
  if (r >= U.shape[0]!) return null;
  // Householder's reflectors make columns orthonormal whatever they are, so that errors of steps do not add up.
  const { Q, R } = qr(concat([U, D], 1));
  const rest = slice(R, [[r], [r]]);
  const [k, n] = rest.shape as [number, number];
  const values = dataSync(rest);
  const floor = NOISE * ulps[D.dtype as Real] * rootOfSquares(dataSync(slice(R, [null, [r]])));
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < Math.min(k, n); j++) least = Math.min(least, Math.abs(values[j * n + j]!));
  if (least > floor) return { basis: Q, news: rest };
  const norm = rootOfSquares(values);
  if (!(norm > floor)) return null;
  const { Q: turn, rank } = qrPivoted(rest, { eps: floor / norm });
  if (rank === 0) return null;
  const basis = concat([slice(Q, [null, [0, r]]), matmul(slice(Q, [null, [r]]), turn)], 1);
  return { basis, news: matmul(transpose(turn), rest) };
}

function rootOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]! * values[k]!;
  return Math.sqrt(sum);
}
