/** VGG-11 (Simonyan & Zisserman 2015) with channels 32-64-128-256-256 and batch norm. */

import { relu } from '../activation.ts';
import { conv2d } from '../conv.ts';
import { linear } from '../linear.ts';
import type { Module } from '../module.ts';
import { batchNorm } from '../norm.ts';
import { globalAvgPool, maxPool2d } from '../pool.ts';
import { sequential } from '../sequential.ts';
import { checkImage, classifierWeight, type ModelFamily, scaled } from './model.ts';

/** Channels of the convolutions of each stage; a pooling follows each. */
const STAGES = [[32], [64], [128, 128], [256, 256], [256, 256]];

export const vgg11Small: ModelFamily = {
  name: 'vgg11-small',
  about: 'eight 3x3 convolutions with batch norm (32-64-128-256-256)',
  build(options) {
    const { input, classes, weight } = options;
    let [channels, height, width] = checkImage('vgg11-small', input, 2);
    const layers: Record<string, Module> = {};
    let count = 0;
    STAGES.forEach((stage, s) => {
      for (const base of stage) {
        const out = scaled(base, options);
        count++;
        layers[`conv${count}`] = conv2d({ in: channels, out, window: 3, padding: 1, bias: false, weight });
        layers[`norm${count}`] = batchNorm({ channels: out });
        layers[`relu${count}`] = relu();
        channels = out;
      }
      // Small images run out of pixels before the stages run out.
      if (Math.min(height, width) < 2) return;
      layers[`pool${s + 1}`] = maxPool2d({ window: 2 });
      height = Math.floor(height / 2);
      width = Math.floor(width / 2);
    });
    layers.pool = globalAvgPool();
    layers.classifier = linear({ in: channels, out: classes, gain: 1, ...classifierWeight(options) });
    return sequential(layers);
  },
};
