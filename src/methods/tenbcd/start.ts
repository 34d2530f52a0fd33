/** Where block coordinate descent begins: small weights on the low-rank set, constant biases, U and V of one forward pass. */

import { FormatError } from '../../errors.ts';
import { full as fullWeight, scale } from '../../formats/algebra.ts';
import { Factored } from '../../formats/network.ts';
import { treeOf } from '../../formats/treeNetwork.ts';
import { Sum } from '../../formats/weight.ts';
import { childPath, type Params } from '../../nn/module.ts';
import type { LossKind } from '../../nn/loss.ts';
import { add, mul } from '../../ops/binary.ts';
import { matmul } from '../../ops/matmul.ts';
import { transpose } from '../../ops/transpose.ts';
import { full, own } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Batch, Task } from '../method.ts';
import { trainedLeaves } from '../leaves.ts';
import { withSites } from '../sites.ts';
import { chainOf } from './chain.ts';
import { flat, isLowRank, type Layer, layersOf, type NetState, plus, squares, weightOf } from './net.ts';
import type { FitName } from './proximal.ts';
import { Statistics } from './statistics.ts';

/**
 * Fresh weights with entries of deviation gain / sqrt(inputs), a gain of 0 leaves them; biases of one value. Weights that have
 * frozen terms or are frozen, their biases, and frozen biases stay as they are. Throws FormatError for models that are no chain and ShapeError for
 * low-rank weights that are no tree.
 */
export function smallWeights(task: Task, params: Params, gain: number, bias: number): Params {
  const nodes = new Map<string, Tensor | Factored>();
  const trained = trainedLeaves(task.model, params);
  for (const link of chainOf(task.model)) {
    const { node, nodePath, weight, frozen } = weightOf(params, link, trained);
    if (frozen.weight) continue;
    if (node instanceof Factored) treeOf('tenbcd', node);
    if (weight instanceof Sum) continue;
    const [out, inputs] = node.shape as [number, number];
    const size = scope(() => Math.sqrt(squares(fullWeight(node)) / (inputs * out)));
    if (gain > 0 && size > 0) {
      const factor = gain / Math.sqrt(inputs) / size;
      nodes.set(nodePath, node instanceof Factored ? scale(node, factor) : mul(node, factor));
    }
    if (!frozen.bias) nodes.set(childPath(link.layer, 'bias'), full([out], bias));
  }
  return withSites(params, nodes);
}

/** The loss of the last block for the loss of a task. Throws FormatError where they do not go together. */
export function fitFor(asked: 'auto' | FitName, lossKind: LossKind): FitName {
  if (asked === 'auto') return lossKind === 'bce' ? 'logistic' : 'squared';
  if (lossKind === 'crossEntropy' || asked === 'squared' || (lossKind === 'bce' && asked !== 'softmax')) return asked;
  throw new FormatError('tenbcd', `the loss goes with targets for ${lossKind}`, asked, 'leave it at auto');
}

/** U, V and targets of all examples by the weights as they are, and the Gram matrix of the inputs. */
export function forwardPass(task: Task, params: Params, rows: number): NetState {
  const layers = layersOf(task, params, []);
  const targets: Tensor[] = [];
  const statistics = new Statistics();
  const batches = task.data(rows)[Symbol.iterator]();
  for (let isDone = false; !isDone; ) {
    scope(() => {
      const { value, done } = batches.next();
      isDone = done === true;
      if (done === true) return [];
      const x = flat(value.x);
      const outputs = layers.at(-1)!.W.shape[0]!;
      const y = targetsOf(task.lossKind, value, outputs);
      targets.push(y);
      layers.forEach((layer, k) => push(layers, layer, k, x));
      // Gathers X'X and the sums of X; what stands for residuals has one column and is not used.
      const gathered = statistics.add(full([x.shape[0]!, 1], 0), x);
      return [y, gathered, ...layers.flatMap(({ U, V }) => [U.at(-1)!, V.at(-1)!])];
    });
  }
  return {
    layers: layers.map((layer) => ({ U: layer.U, V: layer.V, ...(isLowRank(layer) ? { W: layer.W } : {}) })),
    targets,
    gram: statistics.gram,
    inputSum: statistics.inputSum,
  };
}

function push(layers: readonly Layer[], { rule, U, V, W, bias, link }: Layer, k: number, x: Tensor): void {
  const input = k === 0 ? x : layers[k - 1]!.V.at(-1)!;
  const { skip } = link;
  const shortcut = skip === undefined ? null : skip < 0 ? x : layers[skip]!.V.at(-1)!;
  const u = plus(matmul(input, transpose(W)), bias);
  // A copy where the activation is none: chunks are freed one by one.
  const active = link.activation === 'identity' ? mul(u, 1) : rule.value(u);
  U.push(u);
  V.push(shortcut === null ? active : add(active, shortcut));
}

/** Rows of targets: labels become 0 and 1. Throws FormatError where targets are not as many as outputs. */
function targetsOf(lossKind: LossKind, { x, y }: Batch, outputs: number): Tensor {
  const rows = x.shape[0]!;
  if (lossKind !== 'crossEntropy') {
    if (y.size === rows * outputs) return own(Float32Array.from(dataSync(y)), [rows, outputs]);
    throw new FormatError('tenbcd', `an example has ${outputs} targets`, `${y.size / rows}`, 'check the last layer');
  }
  const labels = dataSync(y);
  const values = new Float32Array(rows * outputs);
  for (let b = 0; b < rows; b++) {
    const label = labels[b]!;
    if (!(label >= 0 && label < outputs)) {
      throw new FormatError('tenbcd', `labels are 0 to ${outputs - 1}`, String(label), 'check the data');
    }
    values[b * outputs + label] = 1;
  }
  return own(values, [rows, outputs]);
}
