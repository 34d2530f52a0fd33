/**
 * Momentum that respects the geometry (Schotthoefer, Klein & Kusch 2025): the velocity of a weight is a tangent vector of
 * the tensors of its ranks. What of it lies in the bases is the optimizer's average for the core; what turns the bases is
 * kept beside it, one matrix [n, r] for each basis on the core, in the form that gradients of bases have, dU = dK S'. At a
 * cut both are projected on the new tangent space; where bases are widened, the second goes back into the core's average.
 */

import { matrixOf } from '../formats/centered.ts';
import type { Factored } from '../formats/network.ts';
import { add, mul } from '../ops/binary.ts';
import { contract } from '../ops/einsum/einsum.ts';
import { matmul } from '../ops/matmul.ts';
import { slice } from '../ops/slice.ts';
import { transpose } from '../ops/transpose.ts';
import type { AxisChange, OptimizerState } from '../optim/optimizer.ts';
import { stateKey } from '../optim/step.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Augmented, carried } from './dlrtAugment.ts';
import type { Cut } from './dlrtCut.ts';
import type { Rooted } from './dlrtTree.ts';

/** Velocities of bases by weight, with '/' for '.', and by part. */
export type Velocity = Readonly<Record<string, Readonly<Record<string, Tensor>>>>;

/** The bases on the center that nothing hangs on: those that have a velocity. */
function turning({ tree, center, bases }: Rooted): Rooted['bases'] {
  return bases.filter(({ part, up }) => up.to === center && tree.get(part)!.length === 1);
}

/** The velocities that turn the bases of a cut weight, from the average [wider core] that it had before the cut. */
export function velocityAfter(
  wide: Factored,
  done: Cut,
  rooted: Rooted,
  average: Tensor,
): Readonly<Record<string, Tensor>> {
  const { center } = rooted;
  const labels = wide.net.parts[center]!;
  const entries = turning(rooted).flatMap(({ part, up }): [string, Tensor][] => {
    const axis = labels.indexOf(up.bond);
    const own = done.change.find((change) => change.axis === axis);
    // A basis that has not been cut holds all of its velocity.
    if (own === undefined) return [];
    const others = done.change.filter((change) => change !== own);
    const seen = others.reduce((x, change) => turned(x, labels, change), average);
    const wider = labels.map((label) => (label === up.bond ? 'wide' : label));
    const inner = contract(
      [
        { x: seen, labels: wider },
        { x: done.node.parts[center]!, labels },
      ],
      ['wide', up.bond],
    );
    const P = own.matrix!;
    const outside = add(inner, mul(matmul(P, matmul(transpose(P), inner)), -1));
    const U = wide.parts[part]!;
    const at = wide.net.parts[part]!;
    const product = [
      { x: U, labels: at.map((label) => (label === up.bond ? 'wide' : label)) },
      { x: outside, labels: ['wide', up.bond] },
    ];
    return [[part, contract(product, at)]];
  });
  return Object.fromEntries(entries);
}

function turned(x: Tensor, labels: readonly string[], { axis, matrix }: AxisChange): Tensor {
  const out = labels.map((label, k) => (k === axis ? 'to' : label));
  return contract(
    [
      { x, labels },
      { x: matrix!, labels: [labels[axis]!, 'to'] },
    ],
    out,
  );
}

/** Directions of bases in the new columns of those that have become wider, as augmented() gives them. */
export function inNewColumns(
  node: Factored,
  wide: Augmented,
  rooted: Rooted,
  directions: Readonly<Record<string, Tensor>>,
): Augmented['news'] {
  const entries = rooted.bases.flatMap(({ part, up }): [string, Tensor][] => {
    const direction = directions[part];
    if (direction === undefined || !wide.news.has(up.bond)) return [];
    const r = wide.news.get(up.bond)!.shape[1]!;
    const added = slice(matrixOf(wide.node, part, up.bond), [null, [r]]);
    const at = { net: node.net, parts: { ...node.parts, [part]: direction } };
    return [[up.bond, matmul(transpose(added), matrixOf(at, part, up.bond))]];
  });
  return new Map(entries);
}

/** State of an optimizer whose average for a widened core also has the velocities of the bases, given by new columns. */
export function withVelocity(
  state: OptimizerState,
  path: string,
  node: Factored,
  { tree, center }: Rooted,
  news: Augmented['news'],
): OptimizerState {
  const name = stateKey(`${path}.${center}`);
  const leaf = state[name]!;
  const bonds = tree.get(center)!.flatMap(({ bond }) => (news.has(bond) ? [bond] : []));
  const momentum = bonds.reduce((sum, bond) => add(sum, carried(node, center, bond, news)), leaf.slots!.momentum!);
  return { ...state, [name]: { ...leaf, slots: { ...leaf.slots, momentum } } };
}
