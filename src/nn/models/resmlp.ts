/** A residual perceptron: a first linear layer, then x + ReLU(W x + b) again and again, wherever widths stay the same. */

import { ShapeError } from '../../errors.ts';
import { sizeOf } from '../../shape.ts';
import { relu } from '../activation.ts';
import { linear } from '../linear.ts';
import type { Module } from '../module.ts';
import { flatten } from '../pool.ts';
import { residual, sequential } from '../sequential.ts';
import { classifierWeight, type ModelFamily, scaled } from './model.ts';

const WIDTHS = [256, 256, 256];

export const resmlp: ModelFamily = {
  name: 'resmlp',
  about: 'linear layers with ReLU and shortcuts around those of one width; --widths 256,256,256 sets the hidden ones',
  build(options) {
    const { input, classes, weight, widths = WIDTHS } = options;
    if (widths.some((n) => !Number.isInteger(n) || n < 1)) {
      throw new ShapeError('resmlp', 'widths are whole numbers >= 1', `[${widths.join(', ')}]`, 'correct the widths');
    }
    const layers: Record<string, Module> = { flatten: flatten() };
    let size = sizeOf(input);
    widths.forEach((n, k) => {
      const out = scaled(n, options);
      // The first layer stands alone, so that the shortcuts carry features and not the input.
      if (k > 0 && out === size) {
        // Half the variance of a plain layer: what the blocks add should not outgrow what they add to.
        layers[`block${k + 1}`] = residual(
          sequential({ fc: linear({ in: size, out, weight, gain: 1 }), relu: relu() }),
        );
      } else {
        layers[`fc${k + 1}`] = linear({ in: size, out, weight });
        layers[`relu${k + 1}`] = relu();
      }
      size = out;
    });
    layers.classifier = linear({ in: size, out: classes, gain: 1, ...classifierWeight(options) });
    return sequential(layers);
  },
};
