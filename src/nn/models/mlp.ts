/** A multilayer perceptron with ReLU, of any widths. */

import { ShapeError } from '../../errors.ts';
import { sizeOf } from '../../shape.ts';
import { relu } from '../activation.ts';
import { linear } from '../linear.ts';
import type { Module } from '../module.ts';
import { flatten } from '../pool.ts';
import { sequential } from '../sequential.ts';
import { classifierWeight, type ModelFamily, scaled } from './model.ts';

const WIDTHS = [256];

export const mlp: ModelFamily = {
  name: 'mlp',
  about: 'linear layers with ReLU; --widths 256,128 sets the hidden ones',
  build(options) {
    const { input, classes, weight, widths = WIDTHS } = options;
    if (widths.some((n) => !Number.isInteger(n) || n < 1)) {
      throw new ShapeError('mlp', 'widths are whole numbers >= 1', `[${widths.join(', ')}]`, 'correct the widths');
    }
    const layers: Record<string, Module> = { flatten: flatten() };
    let size = sizeOf(input);
    widths.forEach((n, k) => {
      const out = scaled(n, options);
      layers[`fc${k + 1}`] = linear({ in: size, out, weight });
      layers[`relu${k + 1}`] = relu();
      size = out;
    });
    layers.classifier = linear({ in: size, out: classes, gain: 1, ...classifierWeight(options) });
    return sequential(layers);
  },
};
