/** Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), fused in one kernel. */

import { backend } from '../backend/current.ts';
import { adam as adamKernel } from '../kernels/adam.ts';
import { slots } from '../ops/slots.ts';
import type { Optimizer } from './optimizer.ts';
import { decayOf, eachUpdate, freshState, rateOf, reshapeState, type Slots } from './step.ts';

export interface AdamOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly eps?: number;
  /** Default 0, and 0.01 for AdamW. */
  readonly weightDecay?: number;
}

export function adam(options: AdamOptions = {}): Optimizer {
  return build('adam', options, options.weightDecay ?? 0);
}

/** Weight decay is decoupled from the gradient. */
export function adamw(options: AdamOptions = {}): Optimizer {
  return build('adamw', options, options.weightDecay ?? 0.01);
}

const kept: Slots = { m: 1, v: 2 };

/** x to a whole power, by repeated multiplication: the same bits everywhere. */
function wholePower(x: number, n: number): number {
  let result = 1;
  for (let base = x, rest = n; rest > 0; rest = Math.floor(rest / 2), base *= base) if (rest % 2 === 1) result *= base;
  return result;
}

function build(name: string, options: AdamOptions, weightDecay: number): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = options;
  return {
    name,
    init: (leaves) => freshState(leaves, kept),
    update: (leaves, gradients, state, hyper) =>
      eachUpdate(name, kept, { leaves, gradients, state, hyper }, ({ path, dtype, count, inputs, outs, time }) => {
        const decay = decayOf(hyper, path, weightDecay);
        const corrections = [1 - wholePower(beta1, time), 1 - wholePower(beta2, time)];
        const rates = [rateOf(hyper, path), beta1, beta2, eps, decay, name === 'adamw' ? 1 : 0];
        backend().run(adamKernel, dtype, {
          count,
          p: inputs[0]!,
          g: inputs[1]!,
          m: inputs[2]!,
          v: inputs[3]!,
          out: outs[0]!,
          mOut: outs[1]!,
          vOut: outs[2]!,
          slots: slots([...rates, ...corrections, hyper.gradientScale ?? 1]),
        });
      }),
    reshape: (state, leaves, change) => reshapeState(state, leaves, change, kept),
  };
}
