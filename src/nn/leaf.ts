/** Layers without parameters, and the profile row that every leaf layer shares. */

import { denseCount, storedCount, type Weight } from '../formats/weight.ts';
import type { Shape } from '../shape.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Context, LayerProfile, Module, Params } from './module.ts';

/** The weights and tensors directly under a layer's branch. */
export function weightsOf(params: Params): Weight[] {
  return Object.values(params as unknown as Record<string, Weight>);
}

/** One row for a layer without children. Elements are counted as 4 bytes. */
export function profileRow(kind: string, params: Params, path: string, output: Shape, flops: number): LayerProfile {
  const weights = weightsOf(params);
  const parameters = weights.reduce((n, w) => n + storedCount(w), 0);
  const denseParameters = weights.reduce((n, w) => n + denseCount(w), 0);
  const bytes = 4 * (parameters + sizeOf(output));
  return { path, kind, output, parameters, denseParameters, flops, bytes };
}

/** What a layer without parameters consists of. */
export interface Plain {
  readonly kind: string;
  apply(x: Tensor, context: Context): Tensor;
  /** Default: the shape does not change. */
  outputShape?(input: Shape): Shape;
  /** Operations for each output element; default 1. */
  readonly flopsPerElement?: number;
}

/** A module without parameters. */
export function plain({ kind, apply, outputShape = (input) => input, flopsPerElement = 1 }: Plain): Module {
  return {
    kind,
    init: () => ({}),
    apply: (_params, x, context) => apply(x, context),
    outputShape,
    profile: (params, input, path) => {
      const output = outputShape(input);
      return [profileRow(kind, params, path, output, flopsPerElement * sizeOf(output))];
    },
  };
}
