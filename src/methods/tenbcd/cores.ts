/**
 * The blocks of the parts of a low-rank weight: part by part min tau/2 |T - full(parts)|^2 + alpha/2 |G - G_old|^2, on any tree
 * network. The normal matrix of a part is a Kronecker product of one Gram matrix for each of its bonds, that of all parts
 * beyond the bond: their eigenvectors solve the block exactly. With an orthogonality center on the part they are
 * identities, and G is a weighted mean.
 */

import { Factored, type Network, ranksOf } from '../../formats/network.ts';
import { type Centered, centered, factoredOf, moved } from '../../formats/centered.ts';
import { treeOf, type TreeNetwork, upwards } from '../../formats/treeNetwork.ts';
import { add, div, mul, sub } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { contiguous } from '../../ops/contiguous.ts';
import { contract, type Operand } from '../../ops/einsum/einsum.ts';
import { eigh } from '../../ops/linalg/eigh.ts';
import { timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { relu } from '../../ops/unary.ts';
import { reshape } from '../../ops/reshape.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { squares } from './net.ts';

export interface Swept {
  readonly node: Factored;
  /** Squared changes of the parts. */
  readonly change: number;
}

export interface Pulls {
  readonly tau: number;
  readonly alpha: number;
}

type Parts = Record<string, Tensor>;

/** Once over all parts, towards `target`, a dense tensor of the weight's shape. */
export function sweepParts(node: Factored, target: Tensor, how: 'orthogonal' | 'plain', pulls: Pulls): Swept {
  return scope(() => (how === 'orthogonal' ? sweepCentered(node, target, pulls) : sweepPlain(node, target, pulls)));
}

/** The target with a mode for each open label. */
function unfolded({ net, axes, parts }: Factored, target: Tensor): Operand {
  const order = axes.flat().map((k) => net.open[k]!);
  const sizes = new Map<string, number>();
  for (const [name, labels] of Object.entries(net.parts)) {
    labels.forEach((label, k) => sizes.set(label, parts[name]!.shape[k]!));
  }
  const shape = order.map((label) => sizes.get(label)!);
  return { x: reshape(contiguous(target), shape), labels: order };
}

/** The target contracted with all parts but one: what that part would be if the others were orthonormal. */
function environment(net: Network, parts: Readonly<Parts>, name: string, target: Operand): Tensor {
  const others = Object.entries(net.parts).flatMap(([other, labels]) => {
    return other === name ? [] : [{ x: parts[other]!, labels }];
  });
  return contract([target, ...others], net.parts[name]!);
}

/** The center goes through the tree; each part is solved where the center first meets it. */
function sweepCentered(node: Factored, dense: Tensor, { tau, alpha }: Pulls): Swept {
  const target = unfolded(node, dense);
  const first = Object.keys(node.net.parts)[0]!;
  let state: Centered = centered('tenbcd', node, first);
  let change = 0;
  const solve = (): void => {
    const { center, parts, exponent } = state;
    const old = timesPowerOfTwo(parts[center]!, exponent);
    const wanted = environment(node.net, parts, center, target);
    const next = add(mul(wanted, tau / (tau + alpha)), mul(old, alpha / (tau + alpha)));
    change += squares(sub(next, old));
    state = { ...state, parts: { ...parts, [center]: next }, exponent: 0 };
  };
  // The way back from the last part leads to nothing that is left to solve.
  const visit = (isLast: boolean, from?: string): void => {
    const here = state.center;
    solve();
    const ways = state.tree.get(here)!.filter(({ to }) => to !== from);
    for (const edge of ways) {
      const ends = isLast && edge === ways.at(-1);
      state = moved('tenbcd', state, edge);
      visit(ends, here);
      if (!ends) state = moved('tenbcd', state, { bond: edge.bond, to: here });
    }
  };
  visit(true);
  return { node: factoredOf(node, state), change };
}

/** Part by part in their order, as they are; in double precision, since Gram matrices square condition numbers. */
function sweepPlain(node: Factored, dense: Tensor, pulls: Pulls): Swept {
  const tree = treeOf('tenbcd', node);
  const { net } = node;
  const target = unfolded(node, cast(dense, 'f64'));
  const parts: Parts = Object.fromEntries(Object.entries(node.parts).map(([name, part]) => [name, cast(part, 'f64')]));
  let change = 0;
  for (const name of Object.keys(net.parts)) {
    const next = scope(() => solvePart(net, tree, parts, name, target, pulls));
    change += squares(sub(next, parts[name]!));
    parts[name] = next;
  }
  const rounded = Object.entries(parts).map(([name, part]) => [name, cast(part, 'f32')] as const);
  return { node: new Factored(node.format, net, node.axes, Object.fromEntries(rounded)), change };
}

function solvePart(net: Network, tree: TreeNetwork, parts: Parts, name: string, target: Operand, pulls: Pulls): Tensor {
  const { tau, alpha } = pulls;
  const labels = net.parts[name]!;
  const bonds = tree.get(name)!;
  const pull = add(mul(environment(net, parts, name, target), tau), mul(parts[name]!, alpha));
  const spectra = bonds.map(({ bond, to }) => ({ bond, ...eigh(gramBeyond(net, tree, parts, name, bond, to)) }));
  // Rounding may make the least eigenvalues negative.
  const values = spectra.map(({ bond, values }) => ({ x: relu(values), labels: [bond] }));
  const turned = spectra.reduce((x, { bond, vectors }) => turn(net, name, x, bond, vectors, true), pull);
  if (values.length === 0) return mul(pull, 1 / (tau + alpha));
  const inOrder = labels.filter((label) => values.some((value) => value.labels[0] === label));
  const product = contract(values, inOrder);
  const shape = labels.map((label, k) => (inOrder.includes(label) ? turned.shape[k]! : 1));
  const solved = div(turned, add(mul(reshape(product, shape), tau), alpha));
  return spectra.reduce((x, { bond, vectors }) => turn(net, name, x, bond, vectors, false), solved);
}

/** Into the eigenvectors of a bond, or back. */
function turn(net: Network, name: string, x: Tensor, bond: string, vectors: Tensor, into: boolean): Tensor {
  const labels = net.parts[name]!;
  const matrix = { x: vectors, labels: into ? [bond, `${bond}'`] : [`${bond}'`, bond] };
  const renamed = labels.map((label) => (label === bond ? `${bond}'` : label));
  return contract([{ x, labels }, matrix], renamed);
}

/** The Gram matrix of all parts beyond a bond, as seen from `name`. */
function gramBeyond(net: Network, tree: TreeNetwork, parts: Parts, name: string, bond: string, to: string): Tensor {
  const beyond = [...upwards(tree, to, name).map(({ part }) => part), to];
  const twice = beyond.flatMap((part): Operand[] => {
    const labels = net.parts[part]!;
    const primed = labels.map((label) => (net.open.includes(label) ? label : `${label}'`));
    return [
      { x: parts[part]!, labels },
      { x: parts[part]!, labels: primed },
    ];
  });
  return contract(twice, [bond, `${bond}'`]);
}

/** Whether two networks of the same parts have the same ranks. */
export function sameRanks(a: Factored, b: Factored): boolean {
  return JSON.stringify(ranksOf(a)) === JSON.stringify(ranksOf(b));
}
