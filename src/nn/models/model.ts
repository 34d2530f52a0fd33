/** Ready models: a name, an input shape, a number of classes and where its weights come from. */

import type { Column } from '../../columns.ts';
import { ShapeError } from '../../errors.ts';
import { denseWeight, type MakeWeight } from '../../formats/make.ts';
import { type Shape, showShape } from '../../shape.ts';
import type { Module } from '../module.ts';

export interface ModelOptions {
  /** The shape of one input: [channels, height, width], or [features]. */
  readonly input: Shape;
  readonly classes: number;
  /** Widths of hidden layers, for `mlp`. */
  readonly widths?: readonly number[];
  /** All widths times this, at least 1: a narrower model of the same depth. */
  readonly width?: number;
  /** What the features of a table are; for models with tables of categories. */
  readonly columns?: readonly Column[];
  /** How such models store a table; default 'table'. */
  readonly embedding?: EmbeddingKind;
  /** Length of a row of a table. */
  readonly embeddingSize?: number;
  /** Stored parameters of each hashed or quotient table. */
  readonly embeddingBudget?: number;
  /** Whether the last layer of a network stays dense or takes the format of the others; default 'dense'. */
  readonly classifier?: ClassifierKind;
}

export type ClassifierKind = 'dense' | 'format';

export const classifierKinds: readonly ClassifierKind[] = ['dense', 'format'];

/** Row by row, in few rows by a hash, or by quotient and remainder. */
export type EmbeddingKind = 'table' | 'hash' | 'quotient';

export const embeddingKinds: readonly EmbeddingKind[] = ['table', 'hash', 'quotient'];

/** Weights of the body; the classifier stays dense unless it is asked for, since its ten rows hold little. */
export interface ModelWeights {
  readonly weight?: MakeWeight;
}

export interface ModelFamily {
  readonly name: string;
  /** One line for help and tables. */
  readonly about: string;
  /** Whether it takes tables with columns of categories, and nothing else. */
  readonly needsColumns?: true;
  /** The module; throws ShapeError for inputs that it cannot take. */
  build(options: ModelOptions & ModelWeights): Module;
}

/** Throws ShapeError where columns are categories and the model takes numbers alone. */
export function checkCategories({ name, needsColumns }: ModelFamily, columns: readonly Column[] = []): void {
  const found = columns.find(({ kind }) => kind === 'index');
  if (needsColumns || found === undefined) return;
  throw new ShapeError(
    name,
    'the features are numbers',
    `categories in column '${found.name}'`,
    "use the model 'dlrm'",
  );
}

/** The same maker for weights that stay dense in every format, since they hold little. */
export function denseBy({ weight = denseWeight() }: ModelWeights): MakeWeight {
  return (request) => weight({ ...request, isDense: true });
}

/** What makes the weight of a last layer. */
export function classifierWeight({ weight, classifier }: ModelOptions & ModelWeights): ClassifierWeight {
  return classifier === 'format' && weight !== undefined ? { weight } : { isDense: true };
}

type ClassifierWeight = { readonly weight: MakeWeight } | { readonly isDense: true };

/** Channels of a layer in a narrowed model. Throws ShapeError unless the width is positive. */
export function scaled(channels: number, { width = 1 }: ModelOptions): number {
  if (!(width > 0)) throw new ShapeError('model', 'the width is a positive factor', String(width), 'correct it');
  return Math.max(1, Math.round(channels * width));
}

/** An image shape [channels, height, width] of at least `least` pixels a side. */
export function checkImage(op: string, input: Shape, least: number): [number, number, number] {
  if (input.length !== 3 || input[1]! < least || input[2]! < least) {
    const rule = `the input is [channels, height, width] with sides of at least ${least}`;
    throw new ShapeError(op, rule, showShape(input), "use the model 'mlp'");
  }
  return input as unknown as [number, number, number];
}
