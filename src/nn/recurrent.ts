/** Long short-term memory (Hochreiter & Schmidhuber 1997) over [batch, length, in]; both weights may be low-rank. */

import { ShapeError } from '../errors.ts';
import { productFlops } from '../formats/apply.ts';
import type { Axis } from '../formats/format.ts';
import { denseWeight, type MakeWeight } from '../formats/make.ts';
import type { Weight } from '../formats/weight.ts';
import { add, mul } from '../ops/binary.ts';
import { pieces } from '../ops/pieces.ts';
import { reshape } from '../ops/reshape.ts';
import { stack } from '../ops/concat.ts';
import { sigmoid, tanh } from '../ops/unary.ts';
import { fold } from '../random.ts';
import { type Shape, showShape } from '../shape.ts';
import { zeros } from '../tensor/create.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { profileRow } from './leaf.ts';
import { linearProduct } from './linear.ts';
import { checkSizes, childPath, type Module, own } from './module.ts';

export interface LstmOptions {
  readonly in: number;
  readonly size: number;
  /** Return every step [batch, length, size] instead of the last [batch, size]; default false. */
  readonly sequence?: boolean;
  readonly weight?: MakeWeight;
}

export function lstm({ in: inputs, size, sequence = false, weight = denseWeight() }: LstmOptions): Module {
  checkSizes('lstm', { in: inputs, size });
  const outputShape = (input: Shape): Shape => {
    if (input.length !== 2 || input[1] !== inputs || input[0] === 0) {
      throw new ShapeError(
        'lstm',
        `the input is [batch, length >= 1, ${inputs}]`,
        showShape(input),
        'check the layer before',
      );
    }
    return sequence ? [input[0]!, size] : [size];
  };
  const axesOf = (columns: number): readonly Axis[] => [
    { size: 4 * size, role: 'out' },
    { size: columns, role: 'in' },
  ];
  const weights = { input: axesOf(inputs), recurrent: axesOf(size) };
  return {
    kind: 'lstm',
    undecayed: ['bias'],
    weights,
    init: (key, path) => {
      const make = (name: keyof typeof weights): Tensor =>
        weight({
          axes: weights[name],
          std: 1 / Math.sqrt(weights[name][1]!.size),
          key: fold(key, name),
          path: childPath(path, name),
        }) as Tensor;
      return { input: make('input'), recurrent: make('recurrent'), bias: zeros([4 * size]) };
    },
    apply: (params, x) => {
      outputShape(x.shape.slice(1));
      // All steps' inputs meet their weight in one contraction; only the recurrence is sequential.
      const driven = add(linearProduct(own<Weight>(params, 'input'), x), own(params, 'bias'));
      const steps = recur(driven, own<Weight>(params, 'recurrent'), size);
      return sequence ? stack(steps, 1) : steps.at(-1)!;
    },
    outputShape,
    profile: (params, input, path) => {
      const step = { weight: ['out', 'in'], input: ['b', 'in'], out: ['b', 'out'] };
      const products =
        productFlops(own<Weight>(params, 'input'), [input[0]!, inputs], step) +
        input[0]! * productFlops(own<Weight>(params, 'recurrent'), [1, size], step);
      return [profileRow('lstm', params, path, outputShape(input), products + 60 * input[0]! * size)];
    },
  };
}

/** The hidden states of all steps, from the inputs' share of the gates [batch, length, 4 size]. */
function recur(driven: Tensor, recurrent: Weight, size: number): Tensor[] {
  const [batch, length] = driven.shape as [number, number];
  const steps: Tensor[] = [];
  let hidden = zeros([batch, size], driven.dtype);
  let cell = hidden;
  for (const now of pieces(driven, length, 1)) {
    // Without a tape the gates of a step are freed at its end.
    [hidden, cell] = scope((): [Tensor, Tensor] => {
      const gates = add(reshape(now, [batch, 4 * size]), linearProduct(recurrent, hidden));
      const [input, forget, candidate, output] = pieces(gates, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
      const next = add(mul(sigmoid(forget), cell), mul(sigmoid(input), tanh(candidate)));
      return [mul(sigmoid(output), tanh(next)), next];
    });
    steps.push(hidden);
  }
  return steps;
}
