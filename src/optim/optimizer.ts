/**
 * Optimizers are pure: leaves, gradients and state in, leaves and state out. They work leaf by leaf on paths, and never
 * see a model or a format. Buffers of unchanged shape may be handed over to be updated in place (`donate`).
 */

import type { Tensor } from '../tensor/tensor.ts';

/** Tensors by path. */
export type Leaves = ReadonlyMap<string, Tensor>;

/** State of one leaf: named tensors of its shape, and how many updates it has had. */
export interface LeafState {
  readonly count: number;
  /** Files do not hold empty records, so a state without slots may come back without this. */
  readonly slots?: Readonly<Record<string, Tensor>>;
}

/** State of all leaves by path, with '/' for '.': a tree of tensors and numbers. */
export type OptimizerState = Readonly<Record<string, LeafState>>;

export interface Hyper {
  readonly learningRate: number;
  /** Factor on all gradients, from clipping; default 1. */
  readonly gradientScale?: number;
  /** Whether weight decay applies to a path; default always. */
  decays?(path: string): boolean;
  /** A factor on the learning rate of a path; default 1. */
  rateOf?(path: string): number;
  /** Whether the leaves' and state's storage may be overwritten, where it is resident and theirs alone; default false. */
  readonly donate?: boolean;
}

/** How a part's axis changed: the new axis is `matrix` [from, to] applied to the old one, where it is known. */
export interface AxisChange {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly matrix?: Tensor;
}

/** Rank changes of a step, by leaf path. */
export type RankChange = ReadonlyMap<string, readonly AxisChange[]>;

export interface Optimizer {
  readonly name: string;
  init(leaves: Leaves): OptimizerState;
  /** New leaves and state. Gradients are those at the leaves, by the same paths. */
  update(
    leaves: Leaves,
    gradients: Leaves,
    state: OptimizerState,
    hyper: Hyper,
  ): { leaves: Leaves; state: OptimizerState };
  /**
   * State after ranks have changed: averages of gradients are moved by the matrices, averages of squares by their
   * squares; where a matrix is not known, and for new leaves, state starts anew.
   */
  reshape(state: OptimizerState, leaves: Leaves, change: RankChange): OptimizerState;
}
