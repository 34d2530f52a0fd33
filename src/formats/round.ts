/**
 * Rounding of tree networks: the smallest ranks at which a tensor stays within a global error. From the leaves to the
 * root every bond is cut once, by an SVD of the center below it, so that the squares of the errors add up exactly
 * (Oseledets 2011, algorithm 2, for trains; the leaves-to-root truncation of Grasedyck 2010 on trees). A part with modes
 * and bonds of lengths n and r costs O(n r) times its size.
 */

import { RankError } from '../errors.ts';
import { mul } from '../ops/binary.ts';
import { contiguous } from '../ops/contiguous.ts';
import { chop, tail } from '../ops/linalg/chop.ts';
import { numberTimesPower } from '../ops/linalg/scale.ts';
import { svd } from '../ops/linalg/svd.ts';
import { expandDims } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { dataSync } from '../tensor/read.ts';
import { scope, unrecorded } from '../tensor/scope.ts';
import { absorbed, type Centered, centered, factoredOf, matrixOf, moved, partOf } from './centered.ts';
import { bondsOf, type Factored, type Network } from './network.ts';
import { centerNorm } from './orthogonalize.ts';
import { centerOf, type Edge, type TreeNetwork, treeOf } from './treeNetwork.ts';

export interface RoundOptions {
  /** The error allowed relative to the norm of x: |x - round(x)| <= eps |x| in the Frobenius norm, over all bonds. */
  readonly eps?: number;
  /** The error allowed as a number; the greater of the two counts. A tensor of no greater norm gets ranks 1. */
  readonly atol?: number;
  /** The most that bonds may have: one number, a list in the order of the bonds, or numbers by bond. */
  readonly maxRank?: number | readonly number[] | Readonly<Record<string, number>>;
  /** The part with the center of the result; the others are orthonormal towards it. Default as orthogonalize(). */
  readonly center?: string;
}

/** A rounded tensor and what was lost. */
export interface Rounded {
  readonly x: Factored;
  /** |x - round(x)|: the root of the sum of the squares of all discarded singular values. */
  readonly error: number;
  /** |x|. */
  readonly norm: number;
}

/**
 * The tensor in the same network with the smallest ranks that keep `eps`, `atol` and `maxRank`. Where `maxRank` binds,
 * the error is at most the root of the number of bonds times the least possible. Carries no gradient.
 * Throws ShapeError where the network is no tree, RankError for options that are not understood, NonFiniteError.
 */
export function round(x: Factored, options: RoundOptions): Factored {
  return rounded(x, options).x;
}

/** As round(), with the error that was made. */
export function rounded(x: Factored, options: RoundOptions): Rounded {
  checkRound('round', options);
  const caps = capsOf('round', x.net, options.maxRank);
  return unrecorded(() => scope(() => roundIn(x, options, caps)));
}

function checkRound(op: string, options: RoundOptions | undefined): void {
  const { eps, atol, maxRank } = options ?? {};
  for (const [name, value] of Object.entries({ eps, atol })) {
    if (value === undefined || (value >= 0 && value < Number.POSITIVE_INFINITY)) continue;
    throw new RankError(op, `${name} is an error >= 0`, String(value), 'use a small number such as 1e-6');
  }
  if (eps === undefined && atol === undefined && maxRank === undefined) {
    throw new RankError(op, 'rounding has an eps, an atol or a maxRank', 'none', 'give { eps: 1e-6 }');
  }
}

/** The cap of every bond. */
function capsOf(op: string, net: Network, maxRank: RoundOptions['maxRank']): Map<string, number> {
  const bonds = bondsOf(net);
  const refuse = (rule: string, got: string): never => {
    throw new RankError(op, rule, got, `the bonds are ${bonds.join(', ') || 'none'}`);
  };
  if (Array.isArray(maxRank) && maxRank.length !== bonds.length) {
    refuse('a list of ranks has one for each bond', `${maxRank.length} ranks`);
  }
  if (maxRank !== undefined && typeof maxRank !== 'number' && (typeof maxRank !== 'object' || maxRank === null)) {
    refuse('ranks are a number, a list or numbers by bond', String(maxRank));
  }
  if (typeof maxRank === 'object' && !Array.isArray(maxRank)) {
    const stranger = Object.keys(maxRank).find((name) => !bonds.includes(name));
    if (stranger !== undefined) refuse('ranks are given by bond', `'${stranger}'`);
  }
  const capOf = (bond: string, k: number): number | undefined => {
    if (maxRank === undefined || typeof maxRank === 'number') return maxRank;
    return Array.isArray(maxRank) ? maxRank[k] : (maxRank as Record<string, number>)[bond];
  };
  return new Map(
    bonds.map((bond, k) => {
      const cap = capOf(bond, k) ?? Number.POSITIVE_INFINITY;
      if (!(Number.isSafeInteger(cap) && cap >= 1) && cap !== Number.POSITIVE_INFINITY) {
        refuse('a rank is a whole number >= 1', String(cap));
      }
      return [bond, cap];
    }),
  );
}

function roundIn(x: Factored, { eps = 0, atol = 0, center }: RoundOptions, caps: ReadonlyMap<string, number>): Rounded {
  const tree = treeOf('round', x);
  const root = centerOf('round', tree, center);
  const start = centered('round', x, firstLeaf(tree, root));
  // Everything below is in units of 2^exponent of the start.
  const norm = centerNorm(start);
  const allowed = Math.max(eps * norm, numberTimesPower(atol, -start.exponent));
  const delta = allowed / Math.sqrt(Math.max(1, caps.size));
  let lost = 0;
  /** Cuts all bonds below a part, after which the part is the center. */
  const visit = (from: Centered, part: string, parent?: string): Centered => {
    let state = from;
    for (const edge of tree.get(part)!) {
      if (edge.to === parent) continue;
      if (state.center === part) state = moved('round', state, edge);
      state = visit(state, edge.to, part);
      const shift = state.exponent - start.exponent;
      const cut = truncated(state, { bond: edge.bond, to: part }, numberTimesPower(delta, -shift), caps);
      const discarded = numberTimesPower(cut.tail, shift);
      lost += discarded * discarded;
      state = cut.state;
    }
    return state;
  };
  const end = visit(start, root);
  return {
    x: factoredOf(x, end),
    error: numberTimesPower(Math.sqrt(lost), start.exponent),
    norm: numberTimesPower(norm, start.exponent),
  };
}

/** Where a walk that visits children before their parent begins. */
function firstLeaf(tree: TreeNetwork, root: string): string {
  let [part, parent]: [string, string | undefined] = [root, undefined];
  for (;;) {
    const down = tree.get(part)!.find(({ to }) => to !== parent);
    if (down === undefined) return part;
    [part, parent] = [down.to, part];
  }
}

/** The center moved up over a bond that is cut on the way. */
function truncated(
  state: Centered,
  { bond, to }: Edge,
  delta: number,
  caps: ReadonlyMap<string, number>,
): { state: Centered; tail: number } {
  const { U, S, Vt } = svd(matrixOf(state, state.center, bond));
  const values = Float64Array.from(dataSync(S));
  const r = Math.min(caps.get(bond)!, chop(values, delta));
  const first = slice(U, [null, [0, r]]);
  const rest = mul(expandDims(slice(S, [[0, r]]), 1), slice(Vt, [[0, r]]));
  const parts = {
    ...state.parts,
    [state.center]: partOf(state, state.center, bond, first),
    [to]: absorbed(state, to, bond, contiguous(rest)),
  };
  return { state: { ...state, parts, center: to }, tail: tail(values, r) };
}
