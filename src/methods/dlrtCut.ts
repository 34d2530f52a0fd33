/**
 * Truncation of a tree whose bases are orthonormal: the singular values at every bond come from the center outwards, all
 * bonds are cut at once, and bases that hang on others are made orthonormal again (the hierarchical SVD of Grasedyck 2010;
 * for a core with factors the HOSVD of De Lathauwer et al. 2000). Each of d bonds may lose tau / sqrt(d) of the norm, so
 * that the whole loses at most tau. O(r) times the size of the parts.
 */

import { absorbed, matrixOf, partOf } from '../formats/centered.ts';
import { Factored } from '../formats/network.ts';
import { contiguous } from '../ops/contiguous.ts';
import { chop } from '../ops/linalg/chop.ts';
import { qr } from '../ops/linalg/qr.ts';
import { svd } from '../ops/linalg/svd.ts';
import { triangle } from '../ops/linalg/triangle.ts';
import { matmul } from '../ops/matmul.ts';
import { slice } from '../ops/slice.ts';
import { transpose } from '../ops/transpose.ts';
import type { AxisChange } from '../optim/optimizer.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Rooted } from './dlrtTree.ts';

/** What a bond carries. */
export interface Spectrum {
  /** Singular values, descending. */
  readonly values: Float64Array;
  /** Their vectors as columns [r, k], in the basis below the bond. */
  readonly vectors: Tensor;
}

export type Ranks = Readonly<Record<string, number>>;

/** The spectra at the bonds of a tree with orthonormal bases. */
export function spectraAt(node: Factored, { tree, center }: Rooted): Map<string, Spectrum> {
  const found = new Map<string, Spectrum>();
  const edges = tree.get(center)!;
  if (isMatrix(node, center)) {
    // One spectrum at two bonds.
    const { U, S, Vt } = svd(node.parts[center]!);
    const values = Float64Array.from(dataSync(S));
    const [rows, columns] = node.net.parts[center] as [string, string];
    found.set(rows, { values, vectors: U }).set(columns, { values, vectors: transpose(Vt) });
  }
  const visit = (part: string, parts: Factored['parts'], from?: string): void => {
    for (const { bond, to } of tree.get(part)!) {
      if (to === from) continue;
      const isLeaf = tree.get(to)!.length === 1;
      if (isLeaf && found.has(bond)) continue;
      const R = triangle(matrixOf({ net: node.net, parts }, part, bond));
      if (!found.has(bond)) found.set(bond, spectrumOf(R));
      if (!isLeaf) visit(to, { ...parts, [to]: absorbed(node, to, bond, R) }, part);
    }
  };
  if (edges.length > 0) visit(center, node.parts);
  return found;
}

/** Whether the center is a matrix between two bonds, which then have the same singular values. */
export function isMatrix(node: Factored, center: string): boolean {
  const labels = node.net.parts[center]!;
  return labels.length === 2 && !labels.some((label) => node.net.open.includes(label));
}

/** Singular values and right vectors of R [k, r]. */
function spectrumOf(R: Tensor): Spectrum {
  const { S, Vt } = svd(R);
  return { values: Float64Array.from(dataSync(S)), vectors: transpose(Vt) };
}

export interface CutRules {
  readonly tau: number;
  /** Whether tau is an error itself, and not a share of the norm. */
  readonly absolute: boolean;
  readonly least: (bond: string) => number;
  readonly most: (bond: string) => number;
}

/** The smallest ranks within the error, then within the limits. */
export function ranksWithin(spectra: ReadonlyMap<string, Spectrum>, cuts: number, rules: CutRules): Ranks {
  const { tau, absolute, least, most } = rules;
  const ranks = [...spectra].map(([bond, { values }]): [string, number] => {
    const norm = absolute ? 1 : Math.sqrt(values.reduce((sum, s) => sum + s * s, 0));
    const needed = chop(values, (tau * norm) / Math.sqrt(cuts));
    return [bond, Math.min(values.length, Math.max(least(bond), Math.min(needed, most(bond))))];
  });
  return Object.fromEntries(ranks);
}

export interface Cut {
  readonly node: Factored;
  /** How the axes of the center have changed. */
  readonly change: readonly AxisChange[];
}

/** The tree with bonds of the given ranks: projected on the leading vectors at each. */
export function cut(node: Factored, rooted: Rooted, spectra: ReadonlyMap<string, Spectrum>, ranks: Ranks): Cut {
  const { tree, center, bases } = rooted;
  const { net } = node;
  const parts: Record<string, Tensor> = { ...node.parts };
  /** By bond that has changed: new coordinates from old ones, [new, old]. */
  const into = new Map<string, Tensor>();
  for (const { part, up } of bases) {
    const isMoved = takeIn(node, parts, part, into, up.bond);
    const { vectors } = spectra.get(up.bond)!;
    const turn = ranks[up.bond]! < widthOf(node, part, up.bond) ? leading(vectors, ranks[up.bond]!) : null;
    if (turn === null && !isMoved) continue;
    const M = matrixOf({ net, parts }, part, up.bond);
    const kept = turn === null ? M : matmul(M, turn);
    const { Q, R } = isMoved ? qr(kept) : { Q: kept, R: null };
    parts[part] = partOf({ net, parts }, part, up.bond, Q);
    const back = turn === null ? null : transpose(turn);
    into.set(up.bond, R === null ? back! : back === null ? R : matmul(R, back));
  }
  takeIn(node, parts, center, into);
  const change = tree.get(center)!.flatMap(({ bond }): AxisChange[] => {
    const moved = into.get(bond);
    if (moved === undefined) return [];
    const [to, from] = moved.shape as [number, number];
    return [{ axis: net.parts[center]!.indexOf(bond), from, to, matrix: contiguous(transpose(moved)) }];
  });
  return { node: new Factored(node.format, net, node.axes, parts), change };
}

/** Changes a part's bonds, but for the one towards the center, as those below have. Whether there were any. */
function takeIn(
  node: Factored,
  parts: Record<string, Tensor>,
  part: string,
  into: ReadonlyMap<string, Tensor>,
  up?: string,
): boolean {
  const bonds = node.net.parts[part]!.filter((label) => label !== up && into.has(label));
  for (const bond of bonds) parts[part] = absorbed({ net: node.net, parts }, part, bond, into.get(bond)!);
  return bonds.length > 0;
}

function widthOf(node: Factored, part: string, bond: string): number {
  return node.parts[part]!.shape[node.net.parts[part]!.indexOf(bond)]!;
}

function leading(vectors: Tensor, rank: number): Tensor {
  return slice(vectors, [null, [0, rank]]);
}
