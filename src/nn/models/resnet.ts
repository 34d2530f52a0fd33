/** Residual networks for small images (He et al. 2016, section 4.2): 6 n + 2 layers in stages of 16, 32, 64 channels. */

import type { MakeWeight } from '../../formats/make.ts';
import { relu } from '../activation.ts';
import { conv2d } from '../conv.ts';
import { linear } from '../linear.ts';
import type { Module } from '../module.ts';
import { batchNorm } from '../norm.ts';
import { globalAvgPool } from '../pool.ts';
import { residual, sequential } from '../sequential.ts';
import { checkImage, classifierWeight, type ModelFamily, scaled } from './model.ts';

interface Block {
  readonly in: number;
  readonly out: number;
  readonly stride: number;
  readonly weight?: MakeWeight;
}

function block({ in: inputs, out, stride, weight }: Block): Module {
  const conv = (from: number, window: number, step: number): Module =>
    conv2d({ in: from, out, window, stride: step, padding: (window - 1) / 2, bias: false, weight });
  const body = sequential({
    conv1: conv(inputs, 3, stride),
    norm1: batchNorm({ channels: out }),
    relu: relu(),
    conv2: conv(out, 3, 1),
    norm2: batchNorm({ channels: out }),
  });
  if (stride === 1 && inputs === out) return residual(body);
  return residual(body, sequential({ conv: conv(inputs, 1, stride), norm: batchNorm({ channels: out }) }));
}

function resnet(name: string, blocksPerStage: number): ModelFamily {
  return {
    name,
    about: `a residual network of ${6 * blocksPerStage + 2} layers (16-32-64)`,
    build(options) {
      const { input, classes, weight } = options;
      const [channels] = checkImage(name, input, 4);
      const stem = scaled(16, options);
      const layers: Record<string, Module> = {
        conv: conv2d({ in: channels, out: stem, window: 3, padding: 1, bias: false, weight }),
        norm: batchNorm({ channels: stem }),
        relu: relu(),
      };
      let from = stem;
      [16, 32, 64].forEach((base, stage) => {
        const out = scaled(base, options);
        for (let k = 0; k < blocksPerStage; k++) {
          const stride = stage > 0 && k === 0 ? 2 : 1;
          layers[`block${stage + 1}_${k + 1}`] = block({ in: from, out, stride, weight });
          layers[`relu${stage + 1}_${k + 1}`] = relu();
          from = out;
        }
      });
      layers.pool = globalAvgPool();
      layers.classifier = linear({ in: from, out: classes, gain: 1, ...classifierWeight(options) });
      return sequential(layers);
    },
  };
}

export const resnet8: ModelFamily = resnet('resnet8', 1);
export const resnet20: ModelFamily = resnet('resnet20', 3);
