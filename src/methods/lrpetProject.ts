/**
 * The projection of LRPET (Guo et al. 2022, arXiv:2204.05566): M = diag(alpha) W, its best approximation of the planned
 * ranks, all of it times beta = |M| / |approximation|, and back by alpha / (alpha^2 + eps). The scaling of outputs changes
 * no rank, and alpha makes errors count as they do behind the batch norm.
 */

import { full, scale } from '../formats/algebra.ts';
import { Factored } from '../formats/network.ts';
import { spectra } from '../formats/orthogonalize.ts';
import { isTree } from '../formats/treeNetwork.ts';
import type { Params } from '../nn/module.ts';
import { add, div, mul } from '../ops/binary.ts';
import { sumSquares } from '../ops/reduce.ts';
import { reshape } from '../ops/reshape.ts';
import { sqrt, square } from '../ops/unary.ts';
import { dataSync, item } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { leavesOf } from '../tree.ts';
import { lowered } from './forms.ts';
import type { Planned } from './plan.ts';

/** Added to variances, as batch norm does, and to squares of alpha. */
const EPS = 1e-5;
/** Weights whose largest singular value lies below this stay as they are. */
const LEAST = 1e-4;

/** Factors on the outputs of a weight [out], and the way back. */
export interface Rectifier {
  readonly alpha: Tensor;
  readonly back: Tensor;
}

/**
 * What the batch norm at `norm` multiplies the outputs of a weight by, gamma / sqrt(variance + eps). Undefined where the
 * norm has other channels than the weight has outputs, and where outputs are cut into several modes: then scaling them
 * would raise ranks.
 */
export function rectifierOf({ site, layout }: Planned, params: Params, norm: string): Rectifier | undefined {
  const leaves = leavesOf<Tensor>(params);
  const [gamma, variance] = ['gamma', 'variance'].map((name) => leaves.get(`${norm}.${name}`));
  const outputs = site.axes[0]!.size;
  if (gamma?.size !== outputs || variance?.size !== outputs || layout.axes[0]!.length !== 1) return undefined;
  const alpha = div(gamma, sqrt(add(variance, EPS)));
  return { alpha, back: div(alpha, add(square(alpha), EPS)) };
}

export interface ProjectOptions {
  /** Multiply what is kept so that the norm stays what it was. */
  readonly transfer: boolean;
  readonly rectifier?: Rectifier | undefined;
  /** Project even what is close to 0. */
  readonly always?: boolean;
}

export interface Projected {
  /** The projected weight. */
  readonly form: Factored;
  /** Its dense tensor. */
  readonly dense: Tensor;
  /** |M|^2 and what of it the approximation leaves out. */
  readonly energy: number;
  readonly lost: number;
}

/** A weight with its planned ranks; null where it is too close to 0. Costs an SVD. Host reads. */
export function project(planned: Planned, { transfer, rectifier, always = false }: ProjectOptions): Projected | null {
  return scope(() => {
    const { weight } = planned;
    const column = [weight.shape[0]!, ...weight.shape.slice(1).map(() => 1)];
    const M = rectifier === undefined ? weight : mul(weight, reshape(rectifier.alpha, column));
    const found = lowered(M, planned);
    const energy = item(sumSquares(M));
    if (!always && largest(found, energy) < LEAST) return null;
    const kept = item(sumSquares(full(found)));
    const beta = transfer && kept > 0 ? Math.sqrt(energy / kept) : 1;
    const form = scaledRows(scale(found, beta), rectifier?.back);
    return { form, dense: full(form), energy, lost: energy * found.report.error * found.report.error };
  });
}

/** The largest singular value at any bond; the norm, which is no less, where bonds make a circle. */
function largest(x: Factored, energy: number): number {
  if (!isTree(x.net)) return Math.sqrt(energy);
  return Math.max(...Object.values(spectra(x)).map((values) => dataSync(values)[0] as number));
}

/** A weight with its outputs times numbers [out]; its first axis is one mode. */
function scaledRows(x: Factored, factors: Tensor | undefined): Factored {
  if (factors === undefined) return x;
  const label = x.net.open[x.axes[0]![0]!]!;
  const [name, labels] = Object.entries(x.net.parts).find(([, all]) => all.includes(label))!;
  const along = labels.map((l) => (l === label ? factors.size : 1));
  return new Factored(x.format, x.net, x.axes, { ...x.parts, [name]: mul(x.parts[name]!, reshape(factors, along)) });
}
