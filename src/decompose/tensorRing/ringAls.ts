/**
 * Alternating least squares on a ring (Zhao et al. 2016, algorithm 2): each core in turn is the least squares solution
 * while the others stay, from the gram of the other cores' product and the tensor times it. A step solves for the change
 * of the core and is damped a little, so that the error does not rise however dependent the columns are. Rings have no
 * closed set of given ranks: cores may grow without end while their sum stays, which a ridge prevents.
 */

import type { Real } from '../../dtype.ts';
import { cast } from '../../ops/cast.ts';
import { concat } from '../../ops/concat.ts';
import { contract, type Operand } from '../../ops/einsum/einsum.ts';
import { exponentOf, timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { pad } from '../../ops/pad.ts';
import { normal } from '../../ops/random.ts';
import { sumSquares } from '../../ops/reduce.ts';
import { reshape } from '../../ops/reshape.ts';
import { transpose } from '../../ops/transpose.ts';
import { fold, type Key } from '../../random.ts';
import { item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { units } from '../dense.ts';
import { leastSquares } from '../leastSquares.ts';

export interface RingStep {
  /** Relative to the mean diagonal of each gram. */
  readonly ridge: number;
  /** |X - full| before the sweep. */
  readonly error: number;
}

/** Every core once: the cores after a sweep. */
export function ringSweep(x: Tensor, cores: readonly Tensor[], step: RingStep): Tensor[] {
  const next = [...cores];
  for (let k = 0; k < next.length; k++) next[k] = scope(() => improved(x, next, k, step));
  return balancedCores(next);
}

const bond = (k: number, side = ''): string => `r${k}${side}`;

/** All cores but one as operands; `side` keeps the bonds of two copies apart. */
function others(cores: readonly Tensor[], k: number, side: string): Operand[] {
  const d = cores.length;
  return cores.flatMap((core, j) =>
    j === k ? [] : [{ x: core, labels: [bond(j, side), `n${j}`, bond((j + 1) % d, side)] }],
  );
}

function improved(x: Tensor, cores: readonly Tensor[], k: number, { ridge, error }: RingStep): Tensor {
  const d = cores.length;
  const [r, n, s] = cores[k]!.shape as [number, number, number];
  const [from, to] = [bond(k), bond((k + 1) % d)];
  const twice = [...others(cores, k, ''), ...others(cores, k, "'")];
  const gram = reshape(contract(twice, [from, to, `${from}'`, `${to}'`]), [r * s, r * s]);
  const labels = x.shape.map((_, j) => `n${j}`);
  const right = reshape(contract([{ x, labels }, ...others(cores, k, '')], [`n${k}`, from, to]), [n, r * s]);
  const a = reshape(transpose(cores[k]!, [1, 0, 2]), [n, r * s]);
  const G = cast(gram, 'f64');
  const mean = item(contract([{ x: G, labels: ['i', 'i'] }], [])) / (r * s);
  const step = leastSquares(ridge * mean, units[x.dtype as Real], error);
  const found = cast(step(cast(a, 'f64'), { right: cast(right, 'f64'), gram: G }), x.dtype);
  return transpose(reshape(found, [n, r, s]), [1, 0, 2]);
}

/** The same ring with cores of nearly one norm: powers of two move between them, which is exact. */
function balancedCores(cores: readonly Tensor[]): Tensor[] {
  const norms = cores.map((core) => Math.sqrt(item(sumSquares(core))));
  if (norms.some((norm) => norm === 0)) return [...cores];
  const exponents = norms.map(exponentOf);
  const total = exponents.reduce((sum, e) => sum + e, 0);
  const share = Math.floor(total / cores.length);
  // The first cores take one more, until all is given back.
  const more = total - share * cores.length;
  return cores.map((core, k) => timesPowerOfTwo(core, share + (k < more ? 1 : 0) - exponents[k]!));
}

/** How much larger the cores are than the tensor they make: beyond 1e6 they nearly cancel. */
export function growthOf(cores: readonly Tensor[], norm: number): number {
  return cores.reduce((product, core) => product * Math.sqrt(item(sumSquares(core))), 1 / norm);
}

/**
 * The same ring with larger bonds: what a bond gains is random behind it and zero in front of it, so that the tensor
 * stays and the next sweep can use it.
 */
export function padded(cores: readonly Tensor[], ranks: readonly number[], from: Key): Tensor[] {
  const d = cores.length;
  return cores.map((core, k) => {
    const [r, n, s] = core.shape as [number, number, number];
    const [above, behind] = [(ranks[k] ?? r) - r, (ranks[(k + 1) % d] ?? s) - s];
    if (above <= 0 && behind <= 0) return core;
    const std = Math.sqrt(item(sumSquares(core)) / core.size);
    const fresh = normal(fold(from, k), [Math.max(0, above), n, s], { std, dtype: core.dtype as Real });
    return pad(above > 0 ? concat([core, fresh]) : core, [
      [0, 0],
      [0, 0],
      [0, Math.max(0, behind)],
    ]);
  });
}
