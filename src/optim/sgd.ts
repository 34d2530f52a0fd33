/** Stochastic gradient descent with momentum, Nesterov's look-ahead and coupled weight decay, fused in one kernel. */

import { backend } from '../backend/current.ts';
import { sgd as sgdKernel } from '../kernels/sgd.ts';
import { slots } from '../ops/slots.ts';
import type { Optimizer } from './optimizer.ts';
import { decayOf, eachUpdate, freshState, rateOf, reshapeState, type Slots } from './step.ts';

export interface SgdOptions {
  /** Default 0. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** Default 0. */
  readonly weightDecay?: number;
}

export function sgd({ momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions = {}): Optimizer {
  const kept: Slots = momentum > 0 ? { momentum: 1 } : {};
  return {
    name: 'sgd',
    init: (leaves) => freshState(leaves, kept),
    update: (leaves, gradients, state, hyper) =>
      eachUpdate('sgd', kept, { leaves, gradients, state, hyper }, ({ path, dtype, count, inputs, outs }) => {
        const decay = decayOf(hyper, path, weightDecay);
        backend().run(sgdKernel, dtype, {
          count,
          p: inputs[0]!,
          g: inputs[1]!,
          momentum: inputs[2] ?? null,
          out: outs[0]!,
          momentumOut: outs[1] ?? null,
          slots: slots([rateOf(hyper, path), momentum, nesterov ? 1 : 0, decay, hyper.gradientScale ?? 1]),
        });
      }),
    reshape: (state, leaves, change) => reshapeState(state, leaves, change, kept),
  };
}
