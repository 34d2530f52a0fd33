/** Contractions and convolutions as plain loops over plain numbers: what the engine is compared with. */

import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** The element of a dense row-major array at the values of some labels. */
function at(
  values: ArrayLike<number>,
  labels: readonly string[],
  index: ReadonlyMap<string, number>,
  sizes: ReadonlyMap<string, number>,
): number {
  return values[labels.reduce((offset, label) => offset * sizes.get(label)! + index.get(label)!, 0)];
}

/** Sum over all values of all labels of the product of the operands. */
export function naiveEinsum(
  inputs: readonly (readonly string[])[],
  output: readonly string[],
  xs: readonly Tensor[],
): number[] {
  const sizes = new Map(
    inputs.flatMap((labels, k) => labels.map((label, axis) => [label, xs[k].shape[axis]] as const)),
  );
  const values = xs.map((x) => dataSync(x));
  const rest = [...sizes.keys()].filter((label) => !output.includes(label));
  const index = new Map<string, number>();
  const total = (labels: readonly string[]): number => {
    if (labels.length === 0) return values.reduce((product, v, k) => product * at(v, inputs[k], index, sizes), 1);
    let sum = 0;
    for (let i = 0; i < sizes.get(labels[0])!; i++) {
      index.set(labels[0], i);
      sum += total(labels.slice(1));
    }
    return sum;
  };
  const out: number[] = [];
  const each = (labels: readonly string[]): void => {
    if (labels.length === 0) {
      out.push(total(rest));
      return;
    }
    for (let i = 0; i < sizes.get(labels[0])!; i++) {
      index.set(labels[0], i);
      each(labels.slice(1));
    }
  };
  each(output);
  return out;
}

export interface NaiveConv {
  readonly stride: readonly [number, number];
  /** Zeros above and left of the image. */
  readonly low: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  /** Sizes of the result's planes. */
  readonly places: readonly [number, number];
}

/** The convolution by its definition. */
export function naiveConv(x: Tensor, w: Tensor, { stride, low, dilation, groups, places }: NaiveConv): number[] {
  const [batch, , height, width] = x.shape;
  const [outputs, inputs, kh, kw] = w.shape;
  const [xs, ws] = [dataSync(x), dataSync(w)];
  const out: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outputs; o++) {
      const group = Math.floor(o / (outputs / groups));
      for (let i = 0; i < places[0]; i++) {
        for (let j = 0; j < places[1]; j++) {
          let sum = 0;
          for (let c = 0; c < inputs; c++) {
            for (let p = 0; p < kh; p++) {
              for (let q = 0; q < kw; q++) {
                const row = i * stride[0] + p * dilation[0] - low[0];
                const column = j * stride[1] + q * dilation[1] - low[1];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                const plane = b * inputs * groups + group * inputs + c;
                sum += xs[(plane * height + row) * width + column] * ws[((o * inputs + c) * kh + p) * kw + q];
              }
            }
          }
          out.push(sum);
        }
      }
    }
  }
  return out;
}
