/**
 * The tangent space of the trains of fixed ranks at a train X (Holtz, Rohwedder & Schneider 2012; Lubich, Oseledets &
 * Vandereycken 2015; Steinlechner 2016). With U_k left- and V_k right-orthogonal cores of X a tangent vector is
 * sum_k U_1 ... U_{k-1} D_k V_{k+1} ... V_d, where L(U_k)' L(D_k) = 0 for k < d: the terms are orthogonal to one another.
 */

import { ShapeError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { add, mul, sub } from '../ops/binary.ts';
import { concat } from '../ops/concat.ts';
import { numberTimesPower, powerOfTwo, timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { sum as sumDense } from '../ops/reduce.ts';
import { swapAxes } from '../ops/transpose.ts';
import { zeros } from '../tensor/create.ts';
import { item } from '../tensor/read.ts';
import { scope, unrecorded } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { closed, gaugeOf, moveTo, timesLeft, timesRight } from './gauge.ts';
import { round } from './round.ts';
import { ranksOfTrain, trainOf, twoTrains, withCores } from './train.ts';

/** A point of the manifold of trains of fixed ranks, and its tangent space. A tree of tensors, as scopes take them. */
export interface TangentSpace {
  /** The point. Its ranks are those of its unfoldings, as round() leaves them. */
  readonly x: Factored;
  /** Cores with orthonormal columns [r n, s]; the last one is the center. */
  readonly left: readonly Tensor[];
  /** Cores with orthonormal rows [r, n s]; the first one is the center. */
  readonly right: readonly Tensor[];
}

/** A tangent vector: cores D_k [r, n, s] at the cores of the point. */
export interface Tangent {
  readonly at: TangentSpace;
  readonly cores: readonly Tensor[];
}

/** The tangent space at x. Throws ShapeError where x is no train, NonFiniteError for NaN and Infinity. */
export function tangentSpace(x: Factored): TangentSpace {
  return unrecorded(() =>
    scope(() => {
      const train = trainOf('tangentSpace', x);
      // From both sides, so that no rank is above what either side can fill.
      const gauge = gaugeOf('tangentSpace', train, 0);
      moveTo(gauge, train.cores.length - 1);
      const left = closed(gauge);
      moveTo(gauge, 0);
      const right = closed(gauge);
      return { x: withCores(x, left), left, right };
    }),
  );
}

/** The number of independent directions: sum of r n s over the cores less the sum of the squares of the ranks. */
export function tangentDimension({ left }: TangentSpace): number {
  const stored = left.reduce((sum, core) => sum + core.size, 0);
  return ranksOfTrain(left)
    .slice(1, -1)
    .reduce((rest, r) => rest - r * r, stored);
}

/**
 * The orthogonal projection of a train z onto the tangent space. O(d n r q (r + q)) for ranks r of the point and q of z.
 * Throws ShapeError where the modes differ.
 */
export function projectTangent(space: TangentSpace, z: Factored): Tangent {
  const [, { cores }] = twoTrains('projectTangent', space.x, z);
  return { at: space, cores: unrecorded(() => scope(() => projected(space, cores))) };
}

/** A tensor times 2^exponent. */
interface Part {
  readonly x: Tensor;
  readonly exponent: number;
}

function projected({ left, right }: TangentSpace, z: readonly Tensor[]): Tensor[] {
  const part = (x: Tensor, exponent = 0): Part => {
    const found = powerOfTwo('projectTangent', x);
    return { x: found.x, exponent: found.exponent + exponent };
  };
  const Z = z.map((core) => part(core));
  const last = z.length - 1;
  // behind[k]: cores k + 1, ... of z against those of V, [q, s].
  const behind = new Array<Part | null>(z.length).fill(null);
  for (let k = last; k > 0; k--) {
    const carried = behind[k] === null ? Z[k]!.x : timesRight(Z[k]!.x, behind[k]!.x);
    const [q, n, s] = carried.shape as [number, number, number];
    const V = reshape(right[k]!, [-1, n * s]);
    const exponent = Z[k]!.exponent + (behind[k]?.exponent ?? 0);
    behind[k - 1] = part(matmul(reshape(carried, [q, n * s]), swapAxes(V, 0, 1)), exponent);
  }
  let before: Part | null = null;
  return Z.map((own, k) => {
    const carried = before === null ? own.x : timesLeft(before.x, own.x);
    const exponent = own.exponent + (before?.exponent ?? 0);
    const whole = behind[k] === null ? carried : timesRight(carried, behind[k].x);
    const D = timesPowerOfTwo(k < last ? gauged(left[k]!, whole) : whole, exponent + (behind[k]?.exponent ?? 0));
    if (k < last) {
      const [r, n, s] = left[k]!.shape as [number, number, number];
      const U = reshape(left[k]!, [r * n, s]);
      before = part(matmul(swapAxes(U, 0, 1), reshape(carried, [r * n, -1])), exponent);
    }
    return D;
  });
}

/** (I - U U') D, twice for the digits that cancellation takes. */
export function gauged(core: Tensor, D: Tensor): Tensor {
  const [r, n, s] = core.shape as [number, number, number];
  const U = reshape(core, [r * n, s]);
  const once = (x: Tensor): Tensor => sub(x, matmul(U, matmul(swapAxes(U, 0, 1), x)));
  return reshape(once(once(reshape(D, [r * n, -1]))), D.shape);
}

/** The tangent vector as a train of at most twice the ranks. Differentiable. */
export function tangentTrain({ at, cores }: Tangent): Factored {
  return scope(() => blocks(at, cores));
}

/** [D_1 U_1] [V_2 0; D_2 U_2] ... [V_d; D_d]. */
function blocks({ x, left, right }: TangentSpace, cores: readonly Tensor[]): Factored {
  const last = cores.length - 1;
  const stacked = cores.map((D, k) => {
    const below = k < last ? concat([D, left[k]!], 2) : D;
    if (k === 0) return below;
    const V = right[k]!;
    const [r, n] = V.shape as [number, number];
    const above = k < last ? concat([V, zeros([r, n, left[k]!.shape[2]!], V.dtype)], 2) : V;
    return concat([above, below], 0);
  });
  return withCores(x, stacked);
}

/** The inner product of two tangent vectors at one point. Throws ShapeError for vectors at different points. */
export function tangentDot(a: Tangent, b: Tangent): number {
  checkPoint('tangentDot', a.at, b.at);
  return unrecorded(() =>
    scope(() =>
      a.cores.reduce((sum, D, k) => {
        const [left, right] = [powerOfTwo('tangentDot', D), powerOfTwo('tangentDot', b.cores[k]!)];
        return sum + numberTimesPower(item(sumDense(mul(left.x, right.x))), left.exponent + right.exponent);
      }, 0),
    ),
  );
}

/** alpha a + beta b at one point. Throws ShapeError for vectors at different points. */
export function tangentSum(a: Tangent, alpha: number, b: Tangent, beta: number): Tangent {
  checkPoint('tangentSum', a.at, b.at);
  return { at: a.at, cores: scope(() => a.cores.map((D, k) => add(mul(D, alpha), mul(b.cores[k]!, beta)))) };
}

function checkPoint(op: string, a: TangentSpace, b: TangentSpace): void {
  if (a === b) return;
  throw new ShapeError(op, 'vectors are tangent at one point', 'two points', 'transport() one of them');
}

/**
 * The point of the manifold near X + step xi: the sum, of at most twice the ranks, rounded to the ranks of X. The error
 * against the best such train is within sqrt(d - 1), and X + step xi is met to second order in the step.
 */
export function retract(xi: Tangent, step = 1): Factored {
  const { at, cores } = xi;
  const last = cores.length - 1;
  const sum = scope(() =>
    blocks(
      at,
      cores.map((D, k) => (k < last ? mul(D, step) : add(mul(D, step), at.left[last]!))),
    ),
  );
  return round(sum, { maxRank: ranksOfTrain(at.left).slice(1, -1) });
}

/** A tangent vector carried to another point: its projection onto the tangent space there. */
export function transport(xi: Tangent, to: TangentSpace): Tangent {
  return projectTangent(to, tangentTrain(xi));
}
