/**
 * LeNet-5 as the low-rank literature uses it (methods of Schotthöfer et al. 2022): two 5x5 convolutions with 20 and 50
 * channels, two poolings, 500 hidden units: 431,080 parameters on 28x28 images.
 */

import { relu } from '../activation.ts';
import { conv2d } from '../conv.ts';
import { linear } from '../linear.ts';
import { flatten, maxPool2d } from '../pool.ts';
import { sequential } from '../sequential.ts';
import { checkImage, classifierWeight, type ModelFamily, scaled } from './model.ts';

/** Below this size a window of 5 without padding leaves too little. */
const PAD_BELOW = 20;

export const lenet5: ModelFamily = {
  name: 'lenet5',
  about: 'two convolutions, two linear layers (20-50-500)',
  build(options) {
    const { input, classes, weight } = options;
    const [channels, height, width] = checkImage('lenet5', input, 4);
    const padding = Math.min(height, width) < PAD_BELOW ? 2 : 0;
    const [first, second, hidden] = [20, 50, 500].map((n) => scaled(n, options)) as [number, number, number];
    const body = sequential({
      conv1: conv2d({ in: channels, out: first, window: 5, padding, weight }),
      relu1: relu(),
      pool1: maxPool2d({ window: 2 }),
      conv2: conv2d({ in: first, out: second, window: 5, padding, weight }),
      relu2: relu(),
      pool2: maxPool2d({ window: 2 }),
      flatten: flatten(),
    });
    const [features] = body.outputShape(input) as [number];
    return sequential({
      ...body.children,
      fc1: linear({ in: features, out: hidden, weight }),
      relu3: relu(),
      classifier: linear({ in: hidden, out: classes, gain: 1, ...classifierWeight(options) }),
    });
  },
};
