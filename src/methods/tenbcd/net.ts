/**
 * All variables of block coordinate descent: for every layer the outputs U_i = W_i V_{i-1} + b_i before and V_i behind the
 * activation for every example, kept in chunks of rows, and W_i, b_i and the low-rank weight that W_i is held to. Blocks
 * replace chunks in place, so that no more than one chunk is there twice.
 */

import { full } from '../../formats/algebra.ts';
import { Factored } from '../../formats/network.ts';
import { Sum, type Weight } from '../../formats/weight.ts';
import { branch, childPath, own, type Params } from '../../nn/module.ts';
import { add, sub } from '../../ops/binary.ts';
import { sumSquares } from '../../ops/reduce.ts';
import { reshape } from '../../ops/reshape.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { leavesOf } from '../../tree.ts';
import { trainedLeaves } from '../leaves.ts';
import type { Task } from '../method.ts';
import { withSites } from '../sites.ts';
import { type ActivationRule, activationNamed } from './activations.ts';
import { chainOf, type Link } from './chain.ts';
import type { Fit } from './proximal.ts';

/** Weights of squares. */
export interface Penalties {
  /** Of V - activation(U). */
  readonly gamma: number;
  /** Of U - W V - b. */
  readonly rho: number;
  /** Of W - its low-rank form, for each example: the pull of the data on W grows with their number. */
  readonly tau: number;
  /** Of a block's change: its proximal weight. */
  readonly alpha: number;
}

/** All variables but the parameters, and what is known of the data. */
export interface NetState {
  readonly layers: Listed<LayerState>;
  /** Chunks [rows, outputs]. */
  readonly targets: Listed<Tensor>;
  /** The lower triangle of X'X, and the sums of X over examples. */
  readonly gram: Tensor;
  readonly inputSum: Tensor;
}

/** A list, or what a file makes of it. */
export type Listed<T> = readonly T[] | Readonly<Record<string, T>>;

/** What of a layer is neither parameter nor data. */
export interface LayerState {
  readonly U: Listed<Tensor>;
  readonly V: Listed<Tensor>;
  /** The dense W [out, in] of a low-rank weight. */
  readonly W?: Tensor;
}

export interface Layer {
  readonly link: Link;
  readonly rule: ActivationRule;
  /** Chunks [rows, out]. */
  readonly U: Tensor[];
  readonly V: Tensor[];
  /** [out, in], all terms of the weight together. */
  W: Tensor;
  /** Terms that are not trained. */
  readonly fixed: Tensor | null;
  /** What is trained: the low-rank tensor that W is held to, or W itself without the frozen terms. */
  node: Tensor | Factored;
  readonly nodePath: string;
  bias: Tensor | null;
  readonly frozen: Frozen;
}

/** What of a layer has no block: it stays as it is, to the bit. A bias that is not there is frozen. */
export interface Frozen {
  readonly weight: boolean;
  readonly bias: boolean;
}

/** Here tau is that of all examples together. */
export interface Net extends NetOptions {
  readonly task: Task;
  /** Examples. */
  readonly count: number;
  readonly layers: readonly Layer[];
  /** Chunks [rows, outputs]. */
  readonly targets: readonly Tensor[];
  /** The lower triangle of X'X, and the sums of X over examples. */
  readonly gram: Tensor;
  readonly inputSum: Tensor;
  /** The objective before a round of blocks, gathered on the way, and the squared changes of all variables. */
  readonly tally: { objective: number; change: number };
}

/** How a net is opened: penalties, the loss, rows of a chunk. */
export interface NetOptions extends Penalties {
  readonly fit: Fit;
  readonly rows: number;
}

/** The variables of a run. */
export function openNet(task: Task, params: Params, state: NetState, options: NetOptions): Net {
  const targets = Object.values(state.targets);
  const count = targets.reduce((n, y) => n + y.shape[0]!, 0);
  return {
    ...options,
    tau: options.tau * count,
    ...{ task, targets, count },
    layers: layersOf(task, params, Object.values(state.layers)),
    gram: state.gram,
    inputSum: state.inputSum,
    tally: { objective: 0, change: 0 },
  };
}

/** Layers of a model with their weights; U and V are those of the states, or empty. */
export function layersOf(task: Task, params: Params, states: readonly LayerState[]): Layer[] {
  const trained = trainedLeaves(task.model, params);
  return chainOf(task.model).map((link, k): Layer => {
    const state = states[k];
    const { nodePath, weight, bias, frozen, ...held } = weightOf(params, link, trained);
    const fixed = frozen.weight ? null : fixedPart(weight);
    // A frozen weight is one matrix, whatever its form: nothing is held to anything.
    const node = frozen.weight ? full(weight) : held.node;
    return {
      link,
      rule: activationNamed(link.activation),
      U: Object.values(state?.U ?? {}),
      V: Object.values(state?.V ?? {}),
      W: state?.W ?? withFixed(full(node), fixed),
      fixed,
      node,
      nodePath,
      bias,
      frozen,
    };
  });
}

/** What a layer holds. */
export interface LayerWeight {
  readonly weight: Weight;
  /** The weight itself, or the one trained term of a sum; of a sum without one its first term, which is frozen. */
  readonly node: Tensor | Factored;
  readonly nodePath: string;
  readonly bias: Tensor | null;
  readonly frozen: Frozen;
}

/** The weight of a linear layer, whether methods may change its form or not. `trained`: the model's trained leaves. */
export function weightOf(params: Params, { layer }: Link, trained: ReadonlyMap<string, Tensor>): LayerWeight {
  const at = layer === '' ? params : layer.split('.').reduce((inner, name) => branch(inner, name), params);
  const weight = own<Weight>(at, 'weight');
  const bias = (at as Readonly<Record<string, Tensor>>).bias ?? null;
  const path = childPath(layer, 'weight');
  const { node, nodePath } = trainedTerm(weight, path);
  // A low-rank weight is solved with all its parts or not at all.
  const isTrained = [...leavesOf<Tensor>({ [nodePath]: node }).keys()].every((leaf) => trained.has(leaf));
  return { weight, node, nodePath, bias, frozen: { weight: !isTrained, bias: !trained.has(childPath(layer, 'bias')) } };
}

function trainedTerm(weight: Weight, path: string): Pick<LayerWeight, 'node' | 'nodePath'> {
  if (!(weight instanceof Sum)) return { node: weight, nodePath: path };
  const terms = Object.entries(weight.terms);
  const [name, node] = terms.find(([term]) => !weight.frozen.includes(term)) ?? terms[0]!;
  return { node, nodePath: childPath(path, name) };
}

function fixedPart(weight: Weight): Tensor | null {
  if (!(weight instanceof Sum) || weight.frozen.length === 0) return null;
  return weight.frozen.map((term) => full(weight.terms[term]!)).reduce((a, b) => add(a, b));
}

function withFixed(x: Tensor, fixed: Tensor | null): Tensor {
  return fixed === null ? x : add(x, fixed);
}

/** The weight that the low-rank parameters stand for, with the frozen terms. */
export function compressed({ node, fixed }: Pick<Layer, 'node' | 'fixed'>): Tensor {
  return withFixed(full(node), fixed);
}

/** A layer whose W is held to a low-rank weight. */
export type LowRankLayer = Layer & { node: Factored };

/** Whether W and the trained parameters are two things. */
export function isLowRank(layer: Layer): layer is LowRankLayer {
  return layer.node instanceof Factored;
}

/** W becomes another matrix. A dense weight is W without the frozen terms. */
export function setWeight(layer: Layer, W: Tensor): void {
  layer.W = W;
  if (!isLowRank(layer)) layer.node = layer.fixed === null ? W : sub(W, layer.fixed);
}

/** Parameters and layer states of a net. */
export function partsOf(net: Net, params: Params): { params: Params; layers: LayerState[] } {
  const nodes = new Map<string, Tensor | Factored>();
  const layers = net.layers.map((layer): LayerState => {
    if (!layer.frozen.weight) nodes.set(layer.nodePath, layer.node);
    if (layer.bias !== null && !layer.frozen.bias) nodes.set(childPath(layer.link.layer, 'bias'), layer.bias);
    return { U: layer.U, V: layer.V, ...(isLowRank(layer) ? { W: layer.W } : {}) };
  });
  return { params: withSites(params, nodes), layers };
}

/** A block's work on one chunk: gives what outlives it. `x` is the network's input [rows, in], null unless asked for. */
export type ChunkBlock = (chunk: number, x: Tensor | null) => readonly Tensor[];

/** Runs blocks on every chunk, one behind the other on each. */
export function overChunks(
  net: Pick<Net, 'task' | 'rows' | 'targets'>,
  wantsInput: boolean,
  blocks: readonly ChunkBlock[],
): void {
  const batches = wantsInput ? net.task.data(net.rows)[Symbol.iterator]() : null;
  for (let chunk = 0; chunk < net.targets.length; chunk++) {
    scope(() => {
      const x = batches === null ? null : flat(batches.next().value!.x);
      return blocks.map((block) => block(chunk, x));
    });
  }
}

/** Examples as rows. */
export function flat(x: Tensor): Tensor {
  return x.order === 2 ? x : reshape(x, [x.shape[0]!, -1]);
}

/** Another tensor in place of a chunk, whose memory is free then. */
export function putChunk(chunks: Tensor[], chunk: number, next: Tensor): void {
  chunks[chunk]!.dispose();
  chunks[chunk] = next;
}

/** What goes into layer k. */
export function inputOf(net: Pick<Net, 'layers'>, k: number, chunk: number, x: Tensor | null): Tensor {
  return k === 0 ? x! : net.layers[k - 1]!.V[chunk]!;
}

/** What the activation of layer k is added to, if anything. */
export function shortcutOf(net: Pick<Net, 'layers'>, k: number, chunk: number, x: Tensor | null): Tensor | null {
  const { skip } = net.layers[k]!.link;
  if (skip === undefined) return null;
  return skip < 0 ? x! : net.layers[skip]!.V[chunk]!;
}

/** x + shortcut. */
export function plus(x: Tensor, shortcut: Tensor | null): Tensor {
  return shortcut === null ? x : add(x, shortcut);
}

/** x - shortcut. */
export function minus(x: Tensor, shortcut: Tensor | null): Tensor {
  return shortcut === null ? x : sub(x, shortcut);
}

/** The sum of squares, row by row and then in double precision: its error stays near one rounding unit. A host read. */
export function squares(x: Tensor): number {
  const rows = x.order < 2 ? x : sumSquares(x, -1);
  let sum = 0;
  for (const value of dataSync(rows)) sum += x.order < 2 ? value * value : value;
  return sum;
}
