/**
 * Gradients against central differences, in f64. Two rules: |ad - fd| <= 1e-5 + 1e-3 |fd| in each direction, and for
 * smooth functions |ad - fd| <= 1e-6 |fd| over all of them, above the noise that rounding puts on a difference.
 */

import { type Real, realDtypes } from '../../src/dtype.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { vjp } from '../../src/ops/grad.ts';
import { sum } from '../../src/ops/reduce.ts';
import { ones, tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { seeded } from './random.ts';
import { type Sample, tensorOf } from './samples.ts';

export type Fn = (...inputs: Tensor[]) => Tensor;

export interface GradcheckOptions {
  /** False where derivatives jump or the function has flat pieces: only the first rule holds. */
  readonly smooth?: boolean;
  /** 2 checks the derivative of the gradient. */
  readonly order?: 1 | 2;
  readonly seed?: number;
}

const STEP = 1e-6;
/** All coordinates are tried up to this many, and random directions above. */
const FULL = 64;
const DIRECTIONS = 8;

/** The function of the real operands alone; integer ones are fixed. */
export function realPart(fn: Fn, inputs: readonly Sample[], real: Real): { fn: Fn; inputs: readonly Sample[] } {
  const fixed = inputs.map((x) => (x.dtype === undefined ? null : tensorOf(x, real)));
  return {
    fn: (...reals) => {
      let next = 0;
      return fn(...fixed.map((x) => x ?? reals[next++]!));
    },
    inputs: inputs.filter((x) => x.dtype === undefined),
  };
}

/** Numbers in [-1, 1) like the elements of x. */
export function like(x: { readonly shape: readonly number[] }, seed: number, dtype: Real): Tensor {
  const random = seeded(seed);
  const size = x.shape.reduce((n, m) => n * m, 1);
  const values = dtype === 'f32' ? new Float32Array(size) : new Float64Array(size);
  // Few bits, so that f32 and f64 see the same numbers.
  return tensor(
    values.map(() => Math.round(random() * 256) / 256),
    x.shape,
  );
}

/** The inner product of two lists of tensors of equal shapes. */
export function inner(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  return a.map((x, k) => sum(mul(x, b[k]!))).reduce((x, y) => add(x, y));
}

/** Throws where the gradient of `fn` at `inputs` (or, for order 2, of its gradient) is not that of central differences. */
export function gradcheck(fn: Fn, inputs: readonly Sample[], options: GradcheckOptions = {}): void {
  const { smooth = true, order = 1, seed = 1 } = options;
  const part = realPart(fn, inputs, 'f64');
  const at = part.inputs.map((x) => Float64Array.from(x.values));
  const tensors = (values: readonly Float64Array[]): Tensor[] => values.map((x, k) => tensor(x, part.inputs[k]!.shape));
  const w = like(part.fn(...tensors(at)), seed, realDtypes[1]!);
  let scalar: Fn = (...xs) => inner([part.fn(...xs)], [w]);
  if (order === 2) {
    const directions = part.inputs.map((x, k) => like(x, seed + 100 + k, 'f64'));
    scalar = (...xs) => inner(vjp(part.fn, xs, w).gradients, directions);
  }
  const gradients = vjp(scalar, tensors(at), ones([], 'f64')).gradients.map((g) => dataSync(g));
  compare(at, gradients, (values) => dataSync(scalar(...tensors(values)))[0]!, smooth, seed);
}

function compare(
  at: readonly Float64Array[],
  gradients: readonly ArrayLike<number>[],
  f: (values: readonly Float64Array[]) => number,
  smooth: boolean,
  seed: number,
): void {
  let off = 0;
  let norm = 0;
  let noise = 0;
  for (const direction of directionsFor(at, seed)) {
    const scale = Math.max(1, ...at.map((x) => x.reduce((m, v) => Math.max(m, Math.abs(v)), 0)));
    const h = STEP * scale;
    const up = f(at.map((x, k) => x.map((v, i) => v + h * direction[k]![i]!)));
    const down = f(at.map((x, k) => x.map((v, i) => v - h * direction[k]![i]!)));
    const fd = (up - down) / (2 * h);
    const ad = gradients.reduce((s, g, k) => s + direction[k]!.reduce((t, d, i) => t + d * g[i]!, 0), 0);
    const error = Math.abs(ad - fd);
    if (!(error <= 1e-5 + 1e-3 * Math.abs(fd))) {
      const where = direction.map((d) => `[${[...d].map((x) => x.toFixed(2)).join(' ')}]`).join(' ');
      throw new Error(`gradient is ${ad}, differences give ${fd} along ${where}`);
    }
    off += error * error;
    norm += fd * fd;
    noise = Math.max(noise, (4e-16 * Math.max(1, Math.abs(up))) / h);
  }
  const bound = 1e-6 * Math.sqrt(norm) + 30 * noise;
  if (smooth && !(Math.sqrt(off) <= bound)) {
    throw new Error(`gradient is off by ${Math.sqrt(off)} of ${Math.sqrt(norm)}; at most ${bound}`);
  }
}

/** Every coordinate, or random directions where there are many. */
function directionsFor(at: readonly Float64Array[], seed: number): Float64Array[][] {
  const total = at.reduce((n, x) => n + x.length, 0);
  if (total > FULL) {
    const random = seeded(seed + 1000);
    return Array.from({ length: DIRECTIONS }, () => at.map((x) => x.map(() => random())));
  }
  return at.flatMap((x, k) => [...x].map((_, i) => at.map((y, j) => y.map((_, l) => (j === k && l === i ? 1 : 0)))));
}
