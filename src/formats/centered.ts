/**
 * A tree network with an orthogonality center: all other parts have orthonormal columns towards it, so the singular
 * values of the center's unfoldings are those of the whole tensor. Magnitudes are kept apart as a power of two, so that
 * trains of many cores neither overflow nor vanish on the way.
 */

import type { Real } from '../dtype.ts';
import { contiguous } from '../ops/contiguous.ts';
import { contract } from '../ops/einsum/einsum.ts';
import { qr } from '../ops/linalg/qr.ts';
import { powerOfTwo, timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Factored, type Network } from './network.ts';
import { centerOf, type Edge, type TreeNetwork, treeOf, upwards } from './treeNetwork.ts';

export type Parts = Readonly<Record<string, Tensor>>;

/** The tensor is what `parts` say times 2^exponent. */
export interface Centered {
  readonly net: Network;
  readonly tree: TreeNetwork;
  readonly center: string;
  readonly parts: Parts;
  readonly exponent: number;
}

/** Exponents that the center takes without leaving the range of its dtype. */
const ROOM: Readonly<Record<Real, number>> = { f32: 96, f64: 960 };

/**
 * x with its center on a part. Ranks above what the parts below a bond can fill shrink. Throws ShapeError for networks
 * that are no trees and parts that do not exist, NonFiniteError for NaN and Infinity.
 */
export function centered(op: string, x: Factored, center?: string): Centered {
  const tree = treeOf(op, x);
  const at = centerOf(op, tree, center);
  let exponent = 0;
  const parts: Record<string, Tensor> = {};
  for (const [name, part] of Object.entries(x.parts)) {
    const scaled = powerOfTwo(op, part);
    parts[name] = scaled.x;
    exponent += scaled.exponent;
  }
  let state: Centered = { net: x.net, tree, center: at, parts, exponent };
  for (const { part, up } of upwards(tree, at)) state = pushed(op, state, part, up);
  return state;
}

/** The matrix of a part: all other modes against one of its bonds. */
export function matrixOf({ net, parts }: Pick<Centered, 'net' | 'parts'>, name: string, bond: string): Tensor {
  const part = parts[name]!;
  const axis = net.parts[name]!.indexOf(bond);
  const rest = part.shape.flatMap((_, k) => (k === axis ? [] : [k]));
  return reshape(transpose(part, [...rest, axis]), [-1, part.shape[axis]!]);
}

/** The part of a matrix [rest, r]: the inverse of matrixOf(), for another length of the bond. */
export function partOf(
  { net, parts }: Pick<Centered, 'net' | 'parts'>,
  name: string,
  bond: string,
  matrix: Tensor,
): Tensor {
  const { shape } = parts[name]!;
  const axis = net.parts[name]!.indexOf(bond);
  const rest = shape.flatMap((n, k) => (k === axis ? [] : [n]));
  const back = shape.map((_, k) => (k === axis ? shape.length - 1 : k < axis ? k : k - 1));
  return contiguous(transpose(reshape(matrix, [...rest, matrix.shape[1]!]), back));
}

/** A part with a matrix [r, bond] multiplied into one of its bonds. */
export function absorbed(
  { net, parts }: Pick<Centered, 'net' | 'parts'>,
  name: string,
  bond: string,
  matrix: Tensor,
): Tensor {
  const labels = net.parts[name]!;
  const renamed = labels.map((l) => (l === bond ? `${bond}'` : l));
  return contract(
    [
      { x: matrix, labels: [`${bond}'`, bond] },
      { x: parts[name]!, labels },
    ],
    renamed,
  );
}

/** A part becomes orthonormal towards its neighbour, which takes the triangle: QR of [rest, bond]. */
function pushed(op: string, state: Centered, name: string, { bond, to }: Edge): Centered {
  const { Q, R } = qr(matrixOf(state, name, bond));
  const scaled = powerOfTwo(op, R);
  const parts = {
    ...state.parts,
    [name]: partOf(state, name, bond, Q),
    [to]: absorbed(state, to, bond, scaled.x),
  };
  return { ...state, parts, exponent: state.exponent + scaled.exponent };
}

/** The center moved over one bond. Nothing is lost. */
export function moved(op: string, state: Centered, edge: Edge): Centered {
  return { ...pushed(op, state, state.center, edge), center: edge.to };
}

/**
 * The low-rank tensor again. The center carries the power of two; where its dtype cannot hold that, all parts carry equal
 * shares and are orthonormal up to powers of two.
 */
export function factoredOf({ format, axes }: Pick<Factored, 'format' | 'axes'>, state: Centered): Factored {
  const { net, center, exponent } = state;
  const parts: Record<string, Tensor> = { ...state.parts };
  const names = Object.keys(parts);
  if (Math.abs(exponent) <= ROOM[parts[center]!.dtype as Real]) {
    parts[center] = timesPowerOfTwo(parts[center]!, exponent);
    return new Factored(format, net, axes, parts);
  }
  const share = Math.trunc(exponent / names.length);
  const rest = exponent - share * names.length;
  names.forEach((name, k) => {
    parts[name] = timesPowerOfTwo(parts[name]!, share + (k < Math.abs(rest) ? Math.sign(rest) : 0));
  });
  return new Factored(format, net, axes, parts);
}
