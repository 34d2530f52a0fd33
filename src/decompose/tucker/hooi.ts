/**
 * Higher-order orthogonal iteration: each factor in turn becomes the leading left singular vectors of the tensor
 * projected on all others (De Lathauwer, De Moor & Vandewalle 2000b; Kolda & Bader 2009, figure 4.4). |core| never falls,
 * so the error never grows. A sweep costs about one product of the tensor with a factor for each mode.
 */

import type { Real } from '../../dtype.ts';
import { FormatError } from '../../errors.ts';
import { Factored } from '../../formats/network.ts';
import { contract } from '../../ops/einsum/einsum.ts';
import { qr } from '../../ops/linalg/qr.ts';
import { normal } from '../../ops/random.ts';
import { sumSquares } from '../../ops/reduce.ts';
import { transpose } from '../../ops/transpose.ts';
import { fold, key } from '../../random.ts';
import { item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { distance } from '../distance.ts';
import { progressed } from '../options.ts';
import { splitOff } from '../splitOff.ts';
import { type Found, sthosvd } from './hosvd.ts';
import { factoredOf, givenFactors, type Parts, type Problem } from './problem.ts';

export interface Iterated extends Found {
  readonly converged: boolean;
}

const SWEEPS = 50;
const STOP = 1e-4;

/** Sweeps until the relative error changes by less than `stop`. The first entry of the history is the start's error. */
export function hooi(problem: Problem): Iterated {
  const { options, x } = problem;
  const { sweeps = SWEEPS, stop = STOP } = options;
  const { norm, ...start } = startOf(problem);
  const errorOf = (parts: Parts): number => (norm === 0 ? 0 : distance(x, factoredOf(problem, parts, true)) / norm);
  let best: Parts = start;
  const history = [errorOf(start)];
  let converged = norm === 0;
  for (let step = 1; step <= sweeps && !converged; step++) {
    const next = scope(() => sweep(problem, best));
    const error = errorOf(next);
    const before = history.at(-1)!;
    converged = Math.abs(before - error) < stop;
    // At rounding a sweep may err by a bit upwards: then the parts before are the better ones.
    const worse = error <= before ? best : next;
    for (const part of [worse.core, ...worse.factors.values()]) part.dispose();
    if (error <= before) best = next;
    history.push(Math.min(error, before));
    progressed(options, { step, of: sweeps, error: history.at(-1)! });
  }
  return { ...best, norm, history, converged };
}

/** Every factor once. */
function sweep({ x, modes }: Problem, { factors: old }: Parts): Parts {
  const factors = new Map(old);
  let core = x;
  for (const k of modes) {
    const others = new Map([...factors].filter(([j]) => j !== k));
    const Y = contracted(x, others);
    const { U, rest } = splitOff(Y, [k], (values) => Math.min(values.length, old.get(k)!.shape[1]!), Y !== x);
    factors.set(k, U);
    core = transpose(
      rest,
      Array.from({ length: x.order }, (_, i) => (i === k ? 0 : i < k ? i + 1 : i)),
    );
  }
  return { core, factors };
}

/** x times the transposes of some factors, in the modes' order. */
export function contracted(x: Tensor, factors: ReadonlyMap<number, Tensor>): Tensor {
  if (factors.size === 0) return x;
  const labels = x.shape.map((_, k) => `n${k}`);
  const operands = [...factors].map(([k, U]) => ({ x: U, labels: [`n${k}`, `r${k}`] }));
  return contract(
    [{ x, labels }, ...operands],
    labels.map((label, k) => (factors.has(k) ? `r${k}` : label)),
  );
}

function startOf(problem: Problem): Found {
  const { options, x, modes, caps, layout } = problem;
  const { init = 'svd', seed = 0 } = options;
  if (init === 'svd') return sthosvd(problem, true);
  const norm = Math.sqrt(item(sumSquares(x)));
  const given = init instanceof Factored ? givenFactors(problem, init) : undefined;
  if (given === undefined && (init !== 'random' || options.rank === undefined)) {
    const rule = "init is 'svd', 'random' beside a rank, or a Tucker tensor";
    throw new FormatError('tucker.decompose', rule, String(init), 'correct it');
  }
  const raw = (k: number): Tensor => {
    const shape = [x.shape[k]!, Math.min(x.shape[k]!, caps.get(k)!)];
    return given?.get(k) ?? normal(fold(key(seed), layout.net.open[k]!), shape, { dtype: x.dtype as Real });
  };
  const factors = new Map(modes.map((k) => [k, qr(raw(k)).Q]));
  return { core: contracted(x, factors), factors, norm, history: [] };
}
