/** Multi-head self-attention (Vaswani et al. 2017) whose four projections may be low-rank. */

import { ShapeError } from '../errors.ts';
import { mul } from '../ops/binary.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { softmax } from '../ops/softmax.ts';
import { transpose } from '../ops/transpose.ts';
import { fold } from '../random.ts';
import { type Shape, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { MakeWeight } from '../formats/make.ts';
import { profileRow } from './leaf.ts';
import { linear } from './linear.ts';
import { branch, checkSizes, childContext, childPath, type Module } from './module.ts';

export interface AttentionOptions {
  readonly size: number;
  readonly heads: number;
  readonly weight?: MakeWeight;
}

/** [batch, length, size] to the same shape. */
export function attention({ size, heads, weight }: AttentionOptions): Module {
  checkSizes('attention', { size, heads });
  if (size % heads !== 0) {
    throw new ShapeError('attention', 'the heads divide the size', `${heads} heads for ${size}`, 'change either');
  }
  const project = (): Module => linear({ in: size, out: size, weight, gain: 1 });
  const children = { query: project(), key: project(), value: project(), output: project() };
  const outputShape = (input: Shape): Shape => {
    if (input.length === 2 && input[1] === size) return input;
    throw new ShapeError(
      'attention',
      `the input is [batch, length, ${size}]`,
      showShape(input),
      'check the layer before',
    );
  };
  return {
    kind: 'attention',
    children,
    init: (key, path) =>
      Object.fromEntries(
        Object.entries(children).map(([name, child]) => [name, child.init(fold(key, name), childPath(path, name))]),
      ),
    apply: (params, x, context) => {
      outputShape(x.shape.slice(1));
      const [batch, length] = x.shape as [number, number];
      const run = (name: keyof typeof children, input: Tensor): Tensor =>
        children[name].apply(branch(params, name), input, childContext(context, name));
      const split = (y: Tensor): Tensor => transpose(reshape(y, [batch, length, heads, size / heads]), [0, 2, 1, 3]);
      const [q, k, v] = (['query', 'key', 'value'] as const).map((name) => split(run(name, x)));
      const scores = mul(matmul(q!, transpose(k!, [0, 1, 3, 2])), 1 / Math.sqrt(size / heads));
      const mixed = matmul(softmax(scores), v!); // [batch, heads, length, size / heads]
      return run('output', reshape(transpose(mixed, [0, 2, 1, 3]), [batch, length, size]));
    },
    outputShape,
    profile: (params, input, path) => [
      ...Object.entries(children).flatMap(([name, child]) =>
        child.profile(branch(params, name), input, childPath(path, name)),
      ),
      profileRow('scores', {}, path, outputShape(input), 4 * input[0]! * input[0]! * size),
    ],
  };
}
