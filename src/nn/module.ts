/**
 * A layer is a pure function of parameters and input. Parameters are a tree of tensors and weights; a module never
 * stores them, so saving, averaging, freezing and taking gradients are walks over a tree.
 */

import { ShapeError } from '../errors.ts';
import type { Axis } from '../formats/format.ts';
import type { Weight } from '../formats/weight.ts';
import type { Key } from '../random.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Tree } from '../tree.ts';

export type Params = Tree<Tensor>;

/** What one pass through a model carries besides parameters and input. */
export interface Context {
  readonly training: boolean;
  /** Randomness of this pass; a layer folds its path into it. */
  readonly key: Key;
  /** The path of the module that is being applied. */
  readonly path: string;
  /** New values of leaves that no gradient trains (running averages), by path. */
  readonly updates: Map<string, Tensor>;
}

/** What one layer costs for one sample. */
export interface LayerProfile {
  readonly path: string;
  readonly kind: string;
  readonly output: Shape;
  readonly parameters: number;
  readonly denseParameters: number;
  /** Floating-point operations of the forward pass. */
  readonly flops: number;
  /** Bytes of parameters and of the output. */
  readonly bytes: number;
}

export interface Module {
  /** The kind of layer, such as 'linear'. */
  readonly kind: string;
  /** Modules inside, by the name of their branch in the parameters. */
  readonly children?: Readonly<Record<string, Module>>;
  /** Leaves of this module's own that no gradient trains. */
  readonly buffers?: readonly string[];
  /** Leaves of this module's own that weight decay leaves alone besides buffers (biases, norms). */
  readonly undecayed?: readonly string[];
  /** Leaves and branches inside, by their paths from this module, that nothing trains: a frozen model around deltas. */
  readonly frozen?: readonly string[];
  /** The weights that this module itself asks its maker for, and their axes. */
  readonly weights?: Readonly<Record<string, readonly Axis[]>>;
  /** Fresh parameters; `path` is where the module stands, for makers of weights. */
  init(key: Key, path: string): Params;
  /** x has a leading batch mode. */
  apply(params: Params, x: Tensor, context: Context): Tensor;
  /** The shape of one output for one input, without the batch mode; throws ShapeError where it does not fit. */
  outputShape(input: Shape): Shape;
  /** Cost of this module for one input, its children included. */
  profile(params: Params, input: Shape, path: string): readonly LayerProfile[];
}

/** Throws ShapeError unless all sizes are whole numbers >= 1. */
export function checkSizes(kind: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(sizes)) {
    if (Number.isInteger(n) && n >= 1) continue;
    throw new ShapeError(kind, `${name} is a whole number >= 1`, String(n), 'correct the option');
  }
}

/** A path one branch deeper. */
export function childPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The context for the child `name`. */
export function childContext(context: Context, name: string): Context {
  return { ...context, path: childPath(context.path, name) };
}

/** The branch `name` of parameters; modules without any have an empty one, which files do not hold. */
export function branch(params: Params, name: string): Params {
  return (params as Readonly<Record<string, Params>>)[name] ?? {};
}

/** The weight or tensor that a module itself holds under `name`. Throws ShapeError where there is none. */
export function own<W extends Weight = Tensor>(params: Params, name: string): W {
  const found = (params as unknown as Readonly<Record<string, W | undefined>>)[name];
  if (found !== undefined) return found;
  const got = Object.keys(params).join(', ') || 'none';
  throw new ShapeError('layer', `its parameters have '${name}'`, got, 'pass what init() of the same model made');
}

/** Calls `visit` on a module and all modules inside, with their paths. */
export function eachModule(module: Module, visit: (module: Module, path: string) => void, path = ''): void {
  visit(module, path);
  for (const [name, child] of Object.entries(module.children ?? {})) eachModule(child, visit, childPath(path, name));
}
