/** A small transformer encoder that reads an image row by row, each row a token (Dosovitskiy et al. 2021, with rows). */

import { add } from '../../ops/binary.ts';
import { normal } from '../../ops/random.ts';
import { mean } from '../../ops/reduce.ts';
import { reshape } from '../../ops/reshape.ts';
import { transpose } from '../../ops/transpose.ts';
import { fold } from '../../random.ts';
import { sizeOf } from '../../shape.ts';
import { gelu } from '../activation.ts';
import { attention } from '../attention.ts';
import { plain, profileRow } from '../leaf.ts';
import { linear } from '../linear.ts';
import { type Module, own } from '../module.ts';
import { layerNorm } from '../norm.ts';
import { residual, sequential } from '../sequential.ts';
import { checkImage, classifierWeight, type ModelFamily, scaled } from './model.ts';

const SIZE = 64;
const HEADS = 4;
const BLOCKS = 2;

/** Adds a learned vector to every position. */
function position(length: number, size: number): Module {
  return {
    kind: 'position',
    undecayed: ['table'],
    init: (key) => ({ table: normal(fold(key, 'table'), [length, size], { std: 0.02 }) }),
    apply: (params, x) => add(x, own(params, 'table')),
    outputShape: (input) => input,
    profile: (params, input, path) => [profileRow('position', params, path, input, sizeOf(input))],
  };
}

export const transformerTiny: ModelFamily = {
  name: 'transformer-tiny',
  about: `${BLOCKS} encoder blocks of size ${SIZE} over the rows of an image`,
  build(options) {
    const { input, classes, weight } = options;
    const [channels, height, width] = checkImage('transformer-tiny', input, 1);
    // Heads divide the size, whatever the width.
    const size = HEADS * scaled(SIZE / HEADS, options);
    const encoder = (): Module =>
      sequential({
        mix: residual(sequential({ norm: layerNorm({ size }), attention: attention({ size, heads: HEADS, weight }) })),
        feed: residual(
          sequential({
            norm: layerNorm({ size }),
            up: linear({ in: size, out: 4 * size, weight }),
            gelu: gelu(),
            down: linear({ in: 4 * size, out: size, weight, gain: 1 }),
          }),
        ),
      });
    return sequential({
      tokens: plain({
        kind: 'rows',
        apply: (x) => reshape(transpose(x, [0, 2, 1, 3]), [x.shape[0]!, height, channels * width]),
        outputShape: () => [height, channels * width],
        flopsPerElement: 0,
      }),
      embed: linear({ in: channels * width, out: size, weight, gain: 1 }),
      position: position(height, size),
      ...Object.fromEntries(Array.from({ length: BLOCKS }, (_, k) => [`block${k + 1}`, encoder()])),
      norm: layerNorm({ size }),
      pool: plain({ kind: 'meanTokens', apply: (x) => mean(x, 1), outputShape: () => [size] }),
      classifier: linear({ in: size, out: classes, gain: 1, ...classifierWeight(options) }),
    });
  },
};
