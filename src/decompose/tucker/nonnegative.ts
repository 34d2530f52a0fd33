/**
 * Tucker with a core and factors that have no negative entry. Factors take hierarchical alternating least squares, column
 * by column (Phan & Cichocki 2011, "Extended HALS algorithm for nonnegative Tucker decomposition", section 3), the core
 * accelerated projected gradient steps of length 1 / L, L = prod |U_k|_2^2 (Beck & Teboulle 2009). The error never rises.
 */

import type { Real } from '../../dtype.ts';
import { FormatError, RankError } from '../../errors.ts';
import { Factored } from '../../formats/network.ts';
import { add, maximum, mul, sub } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { contract } from '../../ops/einsum/einsum.ts';
import { singularValues } from '../../ops/linalg/svd.ts';
import { matmul } from '../../ops/matmul.ts';
import { uniform } from '../../ops/random.ts';
import { sum, sumSquares } from '../../ops/reduce.ts';
import { norm2 } from '../../ops/statistics.ts';
import { swapAxes } from '../../ops/transpose.ts';
import { abs, reciprocal } from '../../ops/unary.ts';
import { modeProduct, unfold } from '../../ops/unfold.ts';
import { where } from '../../ops/where.ts';
import { fold, key } from '../../random.ts';
import { dataSync, item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { nonnegativeStep } from '../cp/hals.ts';
import { scaledOf } from '../dense.ts';
import { distance } from '../distance.ts';
import { progressed } from '../options.ts';
import { basisOf } from '../splitOff.ts';
import { contracted, type Iterated } from './hooi.ts';
import { factoredOf, givenFactors, type Parts, type Problem } from './problem.ts';

const SWEEPS = 200;
const STOP = 1e-6;
/** Steps of the core in a sweep. */
const STEPS = 10;

type Factors = ReadonlyMap<number, Tensor>;

/** Sweeps until the relative error changes by less than `stop`. The first entry of the history is the start's error. */
export function nonnegative(problem: Problem): Iterated {
  const { options } = problem;
  const x = scaledOf(problem);
  const { sweeps = SWEEPS, stop = STOP } = options;
  const norm = Math.sqrt(item(sumSquares(x)));
  const errorOf = (parts: Parts): number => (norm === 0 ? 0 : distance(x, factoredOf(problem, parts, true)) / norm);
  let best = scope(() => startOf(problem, x));
  const history = [errorOf(best)];
  let converged = norm === 0;
  for (let step = 1; step <= sweeps && !converged; step++) {
    const next = scope(() => sweep(x, best));
    const error = errorOf(next);
    const before = history.at(-1)!;
    converged = Math.abs(before - error) < stop;
    const worse = error <= before ? best : next;
    for (const part of [worse.core, ...worse.factors.values()]) part.dispose();
    if (error <= before) best = next;
    history.push(Math.min(error, before));
    progressed(options, { step, of: sweeps, error: history.at(-1)! });
  }
  return { ...best, norm, history, converged };
}

function startOf(problem: Problem, x: Tensor): Parts {
  const { options, modes, caps, layout } = problem;
  const { init = 'svd', seed = 0, rank } = options;
  const op = 'tucker.decompose';
  if (rank === undefined) {
    throw new RankError(op, 'a nonnegative decomposition has a rank', 'an eps alone', 'give { rank }');
  }
  if (init !== 'svd' && init !== 'random' && !(init instanceof Factored)) {
    throw new FormatError(op, "init is 'svd', 'random' or a Tucker tensor", String(init), 'correct it');
  }
  const given = init instanceof Factored ? givenFactors(problem, init) : undefined;
  const factors = new Map(
    modes.map((k) => {
      const r = Math.min(x.shape[k]!, caps.get(k)!);
      const draw = uniform(fold(key(seed), layout.net.open[k]!), [x.shape[k]!, r], { dtype: x.dtype as Real });
      if (given !== undefined) return [k, maximum(given.get(k)!, 0)];
      if (init === 'random') return [k, draw];
      const { U } = basisOf(x, [k], (values) => Math.min(r, values.length));
      // Unfoldings of fewer columns than the rank leave columns open.
      return [k, U.shape[1] === r ? abs(U) : draw];
    }),
  );
  const unit = normalized(factors);
  const core = maximum(contracted(x, unit), 0);
  return { core: improvedCore(core, x, unit), factors: unit };
}

/** Factors whose columns have length 1, or are zero. */
function normalized(factors: Factors): Map<number, Tensor> {
  return new Map([...factors].map(([k, U]) => [k, mul(U, inverse(norm2(U, 0, true)))]));
}

const inverse = (x: Tensor): Tensor => where(x, reciprocal(where(x, x, 1)), 0);

/** Every factor once, then the core. */
function sweep(x: Tensor, { core: start, factors: old }: Parts): Parts {
  const factors = new Map(old);
  const step = nonnegativeStep(0);
  let core = start;
  for (const k of old.keys()) {
    const others = new Map([...factors].filter(([j]) => j !== k));
    const G = unfold(core, k);
    const right = matmul(unfold(contracted(x, others), k), swapAxes(G, 0, 1));
    const gram = matmul(unfold(spread(core, grams(others)), k), swapAxes(G, 0, 1));
    const system = { right: cast(right, 'f64'), gram: cast(gram, 'f64') };
    const U = cast(step(cast(factors.get(k)!, 'f64'), system), x.dtype as Real);
    const lengths = norm2(U, 0);
    factors.set(k, mul(U, inverse(lengths)));
    // The core takes the lengths, so that the full tensor stays.
    const labels = core.shape.map((_, i) => `r${i}`);
    core = contract(
      [
        { x: core, labels },
        { x: lengths, labels: [`r${k}`] },
      ],
      labels,
    );
  }
  return { core: improvedCore(core, x, factors), factors };
}

/** U_k'U_k by mode. */
function grams(factors: Factors): Map<number, Tensor> {
  return new Map([...factors].map(([k, U]) => [k, matmul(swapAxes(U, 0, 1), U)]));
}

/** The core times a matrix in some modes. */
function spread(core: Tensor, matrices: Factors): Tensor {
  return [...matrices].reduce((y, [k, A]) => modeProduct(y, A, k), core);
}

/** Projected gradient steps for |X - G x_k U_k|^2 over G >= 0; the best of them, which is at least as good as the start. */
function improvedCore(start: Tensor, x: Tensor, factors: Factors): Tensor {
  const target = contracted(x, factors);
  const squares = grams(factors);
  const L = [...squares.values()].reduce((product, A) => product * dataSync(singularValues(A))[0]!, 1);
  if (!(L > 0)) return start;
  /** <G, G x_k U_k'U_k - 2 X x_k U_k'> and the gradient, without |X|^2. */
  const valueAt = (G: Tensor): { value: number; slope: Tensor } => {
    const product = spread(G, squares);
    return { value: item(sum(mul(G, sub(product, mul(target, 2))))), slope: sub(product, target) };
  };
  let best = { G: start, value: valueAt(start).value };
  let [before, at, t] = [start, start, 1];
  for (let step = 0; step < STEPS; step++) {
    const G = maximum(sub(at, mul(valueAt(at).slope, 1 / L)), 0);
    const { value } = valueAt(G);
    if (value < best.value) best = { G, value };
    const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
    at = maximum(add(G, mul(sub(G, before), (t - 1) / next)), 0);
    [before, t] = [G, next];
  }
  return best.G;
}
