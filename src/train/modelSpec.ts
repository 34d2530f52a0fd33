/** What a model file says about its model: how to build it and how to feed it, as plain values. */

import type { MakeWeight } from '../formats/make.ts';
import { type Check, listOf, number, object, oneOf, optional, refuse, text, whole } from '../json.ts';
import type { LossKind } from '../nn/loss.ts';
import { modelNamed } from '../nn/models/all.ts';
import type { Module } from '../nn/module.ts';
import { sizeOf } from '../shape.ts';

export interface ModelSpec {
  /** A name of the model table. */
  readonly model: string;
  readonly input: readonly number[];
  readonly classes: number;
  readonly widths?: readonly number[];
  readonly width?: number;
  readonly loss: LossKind;
  /** The name of the data it was trained on. */
  readonly data: string;
  /** Per channel: inputs are (x - mean) / std. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Names of the classes, where they are not numbers. */
  readonly labels?: readonly string[];
}

/** Far above what the models here can take, and far below what would exhaust memory before a size is compared. */
const MOST = 1 << 26;

const fields = object<ModelSpec>({
  model: text,
  input: listOf(whole(1, MOST), 1),
  classes: whole(1, MOST),
  widths: optional(listOf(whole(1, MOST))),
  width: optional(number(Number.MIN_VALUE, 1000)),
  loss: oneOf('crossEntropy', 'mse', 'bce'),
  data: text,
  mean: listOf(number(), 1),
  std: listOf(number(Number.MIN_VALUE), 1),
  labels: optional(listOf(text)),
});

/** A spec from a file, whose parts fit together. */
export const modelSpec: Check<ModelSpec> = (value, at) => {
  const spec = fields(value, at);
  const { input, classes, mean, std, labels } = spec;
  if (sizeOf(input) > MOST) refuse({ ...at, path: `${at.path}.input` }, `has at most ${MOST} elements`, sizeOf(input));
  for (const [name, list, count] of [
    ['mean', mean, input[0]!],
    ['std', std, input[0]!],
    ['labels', labels ?? { length: classes }, classes],
  ] as const) {
    if (list.length !== count) refuse({ ...at, path: `${at.path}.${name}` }, `has ${count} entries`, list.length);
  }
  return spec;
};

/** The model of a spec. Throws FormatError or ShapeError where there is none. */
export function modelOf({ model, input, classes, widths, width }: ModelSpec, weight?: MakeWeight): Module {
  return modelNamed(model).build({
    input,
    classes,
    ...(widths === undefined ? {} : { widths }),
    ...(width === undefined ? {} : { width }),
    ...(weight === undefined ? {} : { weight }),
  });
}
