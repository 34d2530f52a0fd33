/**
 * Higher-order orthogonal iteration: each factor in turn becomes the leading left singular vectors of the tensor
 * projected on all others (De Lathauwer, De Moor & Vandewalle 2000b; Kolda & Bader 2009, figure 4.4). |core| never falls,
 * so the error never grows. A sweep costs about one product of the tensor with a factor for each mode.
 */

import type { Real } from '../../dtype.ts';
import { FormatError } from '../../errors.ts';
import { Factored } from '../../formats/network.ts';
import { qr } from '../../ops/linalg/qr.ts';
import { normal } from '../../ops/random.ts';
import { sumSquares } from '../../ops/reduce.ts';
import { swapAxes } from '../../ops/transpose.ts';
import { modeProduct } from '../../ops/unfold.ts';
import { fold, key } from '../../random.ts';
import { item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { scaledOf } from '../dense.ts';
import { progressed } from '../options.ts';
import { basisOf } from '../splitOff.ts';
import { type Found, projection, sthosvd } from './hosvd.ts';
import { givenFactors, type Parts, type Problem } from './problem.ts';

export interface Iterated extends Found {
  readonly converged: boolean;
}

const SWEEPS = 50;
const STOP = 1e-4;

/** Sweeps until the relative error changes by less than `stop`. The first entry of the history is the start's error. */
export function hooi(problem: Problem): Iterated {
  const { options, modes } = problem;
  const { sweeps = SWEEPS, stop = STOP } = options;
  const x = scaledOf(problem);
  const start = scope(() => startOf(problem, x));
  const norm = Math.sqrt(item(sumSquares(x)));
  const relative = (error: number): number => (norm === 0 ? 0 : error / norm);
  const first = scope(() => projection(x, start));
  let best: Parts = { core: first.core, factors: start };
  const history = [relative(first.error)];
  let converged = norm === 0;
  for (let step = 1; step <= sweeps && !converged; step++) {
    const factors = scope(() => sweep(x, modes, best.factors));
    const { core, error } = scope(() => projection(x, factors));
    const before = history.at(-1)!;
    converged = Math.abs(before - relative(error)) < stop;
    // At rounding a sweep may err by a bit upwards: then the parts before are the better ones.
    const isBetter = relative(error) <= before;
    const worse = isBetter ? best : { core, factors };
    for (const part of [worse.core, ...worse.factors.values()]) part.dispose();
    if (isBetter) best = { core, factors };
    history.push(Math.min(relative(error), before));
    progressed(options, { step, of: sweeps, error: history.at(-1)! });
  }
  return { ...best, norm, history, converged };
}

/** Every factor once. */
function sweep(x: Tensor, modes: readonly number[], old: Parts['factors']): Map<number, Tensor> {
  const factors = new Map(old);
  for (const k of modes) {
    const others = new Map([...factors].filter(([j]) => j !== k));
    const U = scope(() => {
      const most = old.get(k)!.shape[1]!;
      return basisOf(contracted(x, others), [k], (values) => Math.min(values.length, most)).U;
    });
    factors.set(k, U);
  }
  return factors;
}

/** x times the transposes of some factors, those first that shrink it most; what lies between is freed at once. */
export function contracted(x: Tensor, factors: ReadonlyMap<number, Tensor>): Tensor {
  const gain = ([, U]: readonly [number, Tensor]): number => U.shape[0]! / U.shape[1]!;
  let y = x;
  for (const [k, U] of [...factors].sort((a, b) => gain(b) - gain(a))) {
    const next = modeProduct(y, swapAxes(U, 0, 1), k);
    if (y !== x) y.dispose();
    y = next;
  }
  return y;
}

function startOf(problem: Problem, x: Tensor): Map<number, Tensor> {
  const { options, modes, caps, layout } = problem;
  const { init = 'svd', seed = 0 } = options;
  // Its steps are not those of the iteration.
  const { onProgress: _, ...quiet } = options;
  if (init === 'svd') return new Map(sthosvd({ ...problem, options: quiet }).factors);
  const given = init instanceof Factored ? givenFactors(problem, init) : undefined;
  if (given === undefined && (init !== 'random' || options.rank === undefined)) {
    const rule = "init is 'svd', 'random' beside a rank, or a Tucker tensor";
    throw new FormatError('tucker.decompose', rule, String(init), 'correct it');
  }
  const raw = (k: number): Tensor => {
    const shape = [x.shape[k]!, Math.min(x.shape[k]!, caps.get(k)!)];
    return given?.get(k) ?? normal(fold(key(seed), layout.net.open[k]!), shape, { dtype: x.dtype as Real });
  };
  return new Map(modes.map((k) => [k, qr(raw(k)).Q]));
}
