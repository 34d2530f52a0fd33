/**
 * Adam (Kingma & Ba 2015, algorithm 1) and AdamW (Loshchilov & Hutter 2019): with d = scale g, plus decay p if coupled,
 * m <- beta1 m + (1 - beta1) d; v <- beta2 v + (1 - beta2) d^2; p <- p - lr / c1 * m / (sqrt(v / c2) + eps), where
 * c = 1 - beta^t. AdamW shrinks p by 1 - lr decay instead of adding to d.
 */

import { defineKernel, type Kernel } from './kernel.ts';
import { eachElement, piecesOf } from './pieces.ts';
import { numbers, unset } from './samples.ts';

const fields = {
  count: 'int',
  p: 'data',
  g: 'data',
  m: 'data',
  v: 'data',
  out: 'data',
  mOut: 'data',
  vOut: 'data',
  slots: 'slots',
} as const;

/**
 * One step on `count` elements: p, g, m, v -> out, mOut, vOut. Each result may be its own operand (in place); at the
 * start m and v hold zeros.
 * slots: [lr, beta1, beta2, eps, weight decay, decoupled 0 or 1, 1 - beta1^t, 1 - beta2^t, gradient scale].
 * 1 - beta, lr / c1, 1 / sqrt(c2) and 1 - lr decay are taken in f64, and every scalar is rounded once to the dtype.
 */
export const adam: Kernel<typeof fields> = defineKernel({
  name: 'adam',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => piecesOf(a.count),
  reference(a, round) {
    const [lr, beta1, beta2, eps, wd, decoupled, c1, c2, scale] = a.slots as unknown as number[];
    const [b1, rest1] = [round(beta1!), round(1 - beta1!)];
    const [b2, rest2] = [round(beta2!), round(1 - beta2!)];
    const decay = round(decoupled === 0 ? wd! : 1 - lr! * wd!);
    const [step, root, tiny, gain] = [round(lr! / c1!), round(1 / Math.sqrt(c2!)), round(eps!), round(scale!)];
    eachElement(a, a.count, (i) => {
      let x = a.p[i]!;
      let d = round(a.g[i]! * gain);
      if (decoupled === 0) d = round(d + round(decay * x));
      else x = round(x * decay);
      const m = round(round(b1 * a.m[i]!) + round(rest1 * d));
      const v = round(round(b2 * a.v[i]!) + round(rest2 * round(d * d)));
      a.mOut[i] = m;
      a.vOut[i] = v;
      const size = round(round(round(Math.sqrt(v)) * root) + tiny);
      a.out[i] = round(x - round(step * round(m / size)));
    });
  },
  flops: (a) => 15 * a.count,
  // [count, decoupled 0 or 1, in place 0 or 1]
  cases: [
    [0, 0, 0],
    [1, 0, 0],
    [7, 1, 1],
    [64, 0, 1],
    [131, 1, 0],
    [16387, 1, 0],
    [100000, 0, 1],
  ],
  sample([count, decoupled, inPlace], random) {
    const [p, g, m] = [numbers(count!, random), numbers(count!, random), numbers(count!, random)];
    const v = numbers(count!, random).map(Math.abs);
    const room = (x: Float64Array): Float64Array => (inPlace ? x : unset(count!));
    return {
      ...{ count: count!, p, g, m, v, out: room(p), mOut: room(m), vOut: room(v) },
      slots: Float64Array.of(1e-3, 0.9, 0.999, 1e-8, 1e-2, decoupled!, 1 - 0.9 * 0.9, 1 - 0.999 * 0.999, 0.5),
    };
  },
});
