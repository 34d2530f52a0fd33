/**
 * Stochastic gradient descent: d = scale g + decay p; b <- momentum b + d; p <- p - lr b, or with Nesterov's look-ahead
 * p <- p - lr (d + momentum b) (Sutskever et al. 2013). Weight decay is coupled: it enters the momentum.
 */

import { defineKernel, type Kernel } from './kernel.ts';
import { eachElement, piecesOf } from './pieces.ts';
import { numbers, unset } from './samples.ts';

const fields = {
  count: 'int',
  p: 'data',
  g: 'data',
  momentum: 'data',
  out: 'data',
  momentumOut: 'data',
  slots: 'slots',
} as const;

/**
 * One step on `count` elements: p, g, momentum -> out, momentumOut. `out` may be `p` and `momentumOut` may be `momentum`
 * (in place). Without momentum both buffers are null; at the start the buffer holds zeros.
 * slots: [lr, momentum, nesterov 0 or 1, weight decay, gradient scale]; each is rounded once to the dtype.
 */
export const sgd: Kernel<typeof fields> = defineKernel({
  name: 'sgd',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => piecesOf(a.count),
  reference(a, round) {
    const [lr, mu, nesterov, decay, scale] = [0, 1, 2, 3, 4].map((i) => round(a.slots[i]!)) as number[];
    eachElement(a, a.count, (i) => {
      const x = a.p[i]!;
      let d = round(round(a.g[i]! * scale!) + round(decay! * x));
      if (a.momentum.length > 0) {
        const b = round(round(mu! * a.momentum[i]!) + d);
        a.momentumOut[i] = b;
        d = nesterov === 0 ? b : round(d + round(mu! * b));
      }
      a.out[i] = round(x - round(lr! * d));
    });
  },
  flops: (a) => 9 * a.count,
  // [count, momentum 0 or 1, nesterov 0 or 1, in place 0 or 1]
  cases: [
    [0, 0, 0, 0],
    [1, 0, 0, 0],
    [7, 1, 0, 0],
    [64, 1, 1, 1],
    [131, 0, 0, 1],
    [16387, 1, 1, 0],
    [100000, 1, 0, 1],
  ],
  sample([count, momentum, nesterov, inPlace], random) {
    const p = numbers(count!, random);
    const buffer = momentum ? numbers(count!, random) : null;
    return {
      count: count!,
      p,
      g: numbers(count!, random),
      momentum: buffer,
      out: inPlace ? p : unset(count!),
      momentumOut: inPlace ? buffer : momentum ? unset(count!) : null,
      slots: Float64Array.of(0.1, 0.9, nesterov!, 5e-4, 0.75),
    };
  },
});
