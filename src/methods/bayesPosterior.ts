/**
 * Posteriors of the parts of low-rank weights: means alone, or independent Gaussians whose deviations are trained too.
 * With prior variances lambda by bond the divergence from the prior is the sum over entries of
 * (s^2 / lambda + mu^2 / lambda - 1 - log(s^2 / lambda)) / 2, whose gradient at the mean is mu / lambda: a weight decay
 * of each component's own (Hawkins, Liu, Zhang 2022, section 4). Samples are mu + s eps, eps of a key.
 */

import { arrayOf } from '../dtype.ts';
import { Factored, sizesOf } from '../formats/network.ts';
import { log as hostLog } from '../math.ts';
import type { Module, Params } from '../nn/module.ts';
import { add, div, mul, sub } from '../ops/binary.ts';
import { normal } from '../ops/random.ts';
import { sum, sumSquares } from '../ops/reduce.ts';
import { exp, log } from '../ops/unary.ts';
import { stateKey } from '../optim/step.ts';
import { fold, type Key } from '../random.ts';
import { full, own } from '../tensor/create.ts';
import { dataSync, item } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { entriesByBond, priorBonds } from './bayesBonds.ts';
import { bestVariance, LEAST_VARIANCE, type Prior } from './bayesPrior.ts';
import { sitesOf, withSites } from './sites.ts';

/** A tensor for each bond. */
export type ByBond = Readonly<Record<string, Tensor>>;

/** A low-rank weight, by the path of what of it is trained. */
export interface Place {
  readonly path: string;
  readonly node: Factored;
}

/** Logarithms of posterior deviations by part. */
export type Deviations = Readonly<Record<string, Tensor>>;

/** The branch of the parameters where they are, each under the key of its part; no layer has such a name. */
const BRANCH = '$deviations';

export function placesOf(model: Module, params: Params, keep: readonly string[]): Place[] {
  return sitesOf(model, params, keep).flatMap(({ node, nodePath }) =>
    node instanceof Factored && Object.keys(priorBonds(node.net)).length > 0 ? [{ path: nodePath, node }] : [],
  );
}

/** Where the deviations of a part are among the leaves. */
export function deviationPath(path: string, part: string): string {
  return `${BRANCH}.${stateKey(`${path}.${part}`)}`;
}

/** That of parts that are zero. */
const LEAST_DEVIATION = Math.sqrt(LEAST_VARIANCE);

/** Whether a leaf holds deviations. */
export function isDeviation(path: string): boolean {
  return path.startsWith(`${BRANCH}.`);
}

function branchOf(params: Params): Readonly<Record<string, Tensor>> {
  return (params as Readonly<Record<string, Record<string, Tensor> | undefined>>)[BRANCH] ?? {};
}

/** Deviations of all parts of a weight that have a prior; undefined where only means are trained. */
export function deviationsOf(params: Params, { path, node }: Place): Deviations | undefined {
  const branch = branchOf(params);
  const found = Object.keys(priorBonds(node.net)).map((part) => [part, branch[stateKey(`${path}.${part}`)]] as const);
  return found.every(([, x]) => x !== undefined) ? (Object.fromEntries(found) as Deviations) : undefined;
}

/** The parameters with deviations of some weights, in place of all those they had. */
export function withDeviations(params: Params, all: ReadonlyMap<string, Deviations>): Params {
  const branch = [...all].flatMap(([path, parts]) =>
    Object.entries(parts).map(([part, x]) => [stateKey(`${path}.${part}`), x] as const),
  );
  return { ...(meansOf(params) as object), [BRANCH]: Object.fromEntries(branch) } as Params;
}

/** The parameters alone. */
export function meansOf(params: Params): Params {
  if (!Object.hasOwn(params as object, BRANCH)) return params;
  const { [BRANCH]: _, ...rest } = params as Record<string, Params>;
  return rest;
}

/** The first deviations: a share of the root mean square of each part. Host reads. */
export function freshDeviations({ node }: Place, share: number): Deviations {
  return Object.fromEntries(
    Object.keys(priorBonds(node.net)).map((part) => {
      const mu = node.parts[part]!;
      const rms = Math.sqrt(item(sumSquares(mu)) / mu.size);
      return [part, full(mu.shape, hostLog(Math.max(share * rms, LEAST_DEVIATION)), mu.dtype)];
    }),
  );
}

/** By bond, for each component the sum of mu^2 + s^2 over the entries it governs. */
export function energies(node: Factored, deviations?: Deviations): ByBond {
  const found: Record<string, Tensor> = {};
  for (const [part, bond] of Object.entries(priorBonds(node.net))) {
    const labels = node.net.parts[part]!;
    const others = labels.flatMap((label, k) => (label === bond ? [] : [k]));
    const means = sumSquares(node.parts[part]!, others);
    const here = deviations === undefined ? means : add(means, sum(exp(mul(deviations[part]!, 2)), others));
    found[bond] = found[bond] === undefined ? here : add(found[bond], here);
  }
  return found;
}

/**
 * New variances, (1 - damping) times the old ones plus damping times the most likely. `entries` by bond is how many each
 * component governs. A host read.
 */
export function updatedVariances(
  prior: Prior,
  node: Factored,
  { deviations, before, entries, damping }: VarianceUpdate,
): ByBond {
  const moved = Object.entries(energies(node, deviations)).map(([bond, m]) => {
    const sums = dataSync(m);
    const old = before === undefined ? undefined : dataSync(before[bond]!);
    const next = arrayOf(m.dtype, sums.length);
    for (let r = 0; r < sums.length; r++) {
      const best = bestVariance(prior, sums[r]!, entries[bond]!);
      next[r] = old === undefined ? best : (1 - damping) * old[r]! + damping * best;
    }
    return [bond, own(next, [sums.length])] as const;
  });
  return Object.fromEntries(moved);
}

export interface VarianceUpdate {
  readonly deviations?: Deviations | undefined;
  /** Default: as if damping were 1. */
  readonly before?: ByBond | undefined;
  readonly entries: Readonly<Record<string, number>>;
  readonly damping: number;
}

/** The divergence of a weight's posterior from its prior; for means alone the part of it that depends on them. */
export function divergence(node: Factored, variances: ByBond, deviations?: Deviations): Tensor {
  const squares = Object.entries(energies(node, deviations)).map(([bond, m]) => sum(div(m, variances[bond]!)));
  const pull = mul(
    squares.reduce((a, b) => add(a, b)),
    0.5,
  );
  if (deviations === undefined) return pull;
  const entries = entriesByBond(node.net, sizesOf(node));
  const scales = Object.entries(entries).map(([bond, d]) => mul(sum(sub(log(variances[bond]!), 1)), d / 2));
  const logs = Object.values(deviations).map((x) => sum(x));
  return sub(
    add(
      pull,
      scales.reduce((a, b) => add(a, b)),
    ),
    logs.reduce((a, b) => add(a, b)),
  );
}

/** The parameters with one sample of every part that has deviations. */
export function drawn(model: Module, params: Params, keep: readonly string[], key: Key): Params {
  const nodes = new Map<string, Factored>();
  for (const place of placesOf(model, params, keep)) {
    const deviations = deviationsOf(params, place);
    if (deviations === undefined) continue;
    const { path, node } = place;
    const parts = Object.entries(node.parts).map(([part, mu]) => {
      const rho = deviations[part];
      if (rho === undefined) return [part, mu] as const;
      const dtype = mu.dtype === 'f64' ? 'f64' : 'f32';
      return [part, add(mu, mul(exp(rho), normal(fold(key, path, part), mu.shape, { dtype })))] as const;
    });
    nodes.set(path, new Factored(node.format, node.net, node.axes, Object.fromEntries(parts)));
  }
  return withSites(meansOf(params), nodes);
}
