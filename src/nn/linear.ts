/** y = W x + b over the last mode. The weight may be dense, low-rank or a sum; the layer does not know which. */

import { ShapeError } from '../errors.ts';
import { applyWeight, productFlops } from '../formats/apply.ts';
import type { Axis } from '../formats/format.ts';
import { denseWeight, type MakeWeight } from '../formats/make.ts';
import type { Weight } from '../formats/weight.ts';
import { add } from '../ops/binary.ts';
import { fold } from '../random.ts';
import { type Shape, showShape } from '../shape.ts';
import { zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { profileRow } from './leaf.ts';
import { checkSizes, childPath, type Module, own } from './module.ts';

export interface LinearOptions {
  readonly in: number;
  readonly out: number;
  /** Default true. */
  readonly bias?: boolean;
  readonly weight?: MakeWeight;
  /** The weight is dense by design, such as that of a classifier with few rows: methods leave it so. Default false. */
  readonly isDense?: boolean;
  /** Standard deviation of the weight times the root of `in`; default the root of 2, right before ReLU (He et al. 2015). */
  readonly gain?: number;
}

export function linear(options: LinearOptions): Module {
  const {
    in: inputs,
    out: outputs,
    bias = true,
    weight = denseWeight(),
    gain = Math.sqrt(2),
    isDense = false,
  } = options;
  checkSizes('linear', { in: inputs, out: outputs });
  const outputShape = (input: Shape): Shape => {
    if (input.at(-1) !== inputs) {
      throw new ShapeError(
        'linear',
        `the last mode of the input has size ${inputs}`,
        showShape(input),
        'check the layer before',
      );
    }
    return [...input.slice(0, -1), outputs];
  };
  const axes: readonly Axis[] = [
    { size: outputs, role: 'out' },
    { size: inputs, role: 'in' },
  ];
  return {
    kind: 'linear',
    undecayed: ['bias'],
    ...(isDense ? {} : { weights: { weight: axes } }),
    init: (key, path) => ({
      weight: weight({
        axes,
        std: gain / Math.sqrt(inputs),
        key: fold(key, 'weight'),
        path: childPath(path, 'weight'),
      }) as Tensor,
      ...(bias ? { bias: zeros([outputs]) } : {}),
    }),
    apply: (params, x, context) => {
      const y = linearProduct(own<Weight>(params, 'weight'), x, context.path);
      return bias ? add(y, own(params, 'bias')) : y;
    },
    outputShape,
    profile: (params, input, path) => {
      const output = outputShape(input);
      const flops = productFlops(own<Weight>(params, 'weight'), [1, ...input], labelsFor(input.length + 1));
      return [profileRow('linear', params, path, output, flops)];
    },
  };
}

function labelsFor(order: number): { weight: string[]; input: string[]; out: string[] } {
  const lead = Array.from({ length: order - 1 }, (_, k) => `b${k}`);
  return { weight: ['out', 'in'], input: [...lead, 'in'], out: [...lead, 'out'] };
}

/** W x over the last mode of x. */
export function linearProduct(w: Weight, x: Tensor, path = 'linear'): Tensor {
  if (x.shape.at(-1) !== w.shape[1]) {
    const rule = `the last mode of the input has size ${w.shape[1]}`;
    throw new ShapeError(path || 'linear', rule, showShape(x.shape), 'check the layer before');
  }
  return applyWeight(w, x, labelsFor(x.order));
}
