/** What a model file says about its model: how to build it and how to feed it, as plain values. */

import { type Column, columnList } from '../columns.ts';
import type { MakeWeight } from '../formats/make.ts';
import { type Check, listOf, number, object, oneOf, optional, refuse, text, whole } from '../json.ts';
import type { LossKind } from '../nn/loss.ts';
import { modelNamed } from '../nn/models/all.ts';
import { type ClassifierKind, classifierKinds, type EmbeddingKind, embeddingKinds } from '../nn/models/model.ts';
import type { Module } from '../nn/module.ts';
import { sizeOf } from '../shape.ts';

export interface ModelSpec {
  /** A name of the model table. */
  readonly model: string;
  readonly input: readonly number[];
  readonly classes: number;
  readonly widths?: readonly number[];
  readonly width?: number;
  /** What the features of a table are, and how a model of columns stores its tables. */
  readonly columns?: readonly Column[];
  readonly embedding?: EmbeddingKind;
  readonly embeddingSize?: number;
  readonly embeddingBudget?: number;
  /** Whether the last layer took the format of the others. */
  readonly classifier?: ClassifierKind;
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
/** The longest row of an embedding. */
const MOST_ROW = 1 << 16;

const fields = object<ModelSpec>({
  model: text,
  input: listOf(whole(1, MOST), 1),
  classes: whole(1, MOST),
  widths: optional(listOf(whole(1, MOST))),
  width: optional(number(Number.MIN_VALUE, 1000)),
  columns: optional(columnList),
  embedding: optional(oneOf(...embeddingKinds)),
  embeddingSize: optional(whole(1, MOST_ROW)),
  embeddingBudget: optional(whole(1)),
  classifier: optional(oneOf(...classifierKinds)),
  loss: oneOf('crossEntropy', 'mse', 'bce'),
  data: text,
  mean: listOf(number(), 1),
  std: listOf(number(Number.MIN_VALUE), 1),
  labels: optional(listOf(text)),
});

/** A spec from a file, whose parts fit together. */
export const modelSpec: Check<ModelSpec> = (value, at) => {
  const spec = fields(value, at);
  const { input, classes, mean, std, labels, columns } = spec;
  if (sizeOf(input) > MOST) refuse({ ...at, path: `${at.path}.input` }, `has at most ${MOST} elements`, sizeOf(input));
  for (const [name, list, count] of [
    ['mean', mean, input[0]!],
    ['std', std, input[0]!],
    ['labels', labels ?? { length: classes }, classes],
    ['columns', columns ?? { length: sizeOf(input) }, sizeOf(input)],
  ] as const) {
    if (list.length !== count) refuse({ ...at, path: `${at.path}.${name}` }, `has ${count} entries`, list.length);
  }
  return spec;
};

/** The model of a spec. Throws FormatError or ShapeError where there is none. */
export function modelOf(spec: ModelSpec, weight?: MakeWeight): Module {
  return modelNamed(spec.model).build(weight === undefined ? spec : { ...spec, weight });
}
