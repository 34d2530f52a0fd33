/**
 * The order in which a network of operands is contracted, two at a time, and what it costs. Rebuilding a full weight
 * before using it is one of these orders, so factorised layers get the choice between the two from here.
 */

import { type PairSizes, stepCost } from './cost.ts';
import { greedy } from './greedy.ts';
import { type Network, optimal, pairSizes, type Tree } from './optimal.ts';
import type { Labelled } from './parse.ts';

/** The most operands for which the order is the cheapest there is. */
export const OPTIMAL_OPERANDS = 8;

export interface Step {
  /** Operands are numbered from 0; the result of step s is number (operands + s). */
  readonly pair: readonly [number, number];
  /** The labels of the result, in the order that suits the step which uses it. */
  readonly labels: readonly string[];
  readonly sizes: PairSizes;
}

export interface Path {
  /** Which two to contract; operands are numbered from 0, the result of step s is number (operands + s). */
  readonly steps: readonly (readonly [number, number])[];
  /** Additions and multiplications of the forward contractions. */
  readonly flops: number;
  /** The most elements that intermediate results and the result hold at one time. */
  readonly peakElements: number;
  /** Cost in training by the static model of cost.ts, in floating-point operations at full speed. */
  readonly cost: number;
  /** The above as a table. */
  readonly text: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly path: Path;
}

/**
 * Plans a contraction whose operands have distinct labels, each in another operand or in the result. `given` is an order
 * of contraction to take instead of the best one.
 */
export function plan(names: Labelled, sizes: ReadonlyMap<string, number>, given?: Tree): Plan {
  const labels = [...sizes.keys()];
  const number = new Map(labels.map((label, k) => [label, k] as const));
  const network: Network = {
    inputs: names.inputs.map((input) => input.map((label) => number.get(label)!)),
    output: names.output.map((label) => number.get(label)!),
    sizes: [...sizes.values()],
  };
  const best = network.inputs.length <= OPTIMAL_OPERANDS ? optimal : greedy;
  const tree = given ?? best(network);
  const root = grow(network, tree);
  order(network, root, network.output);
  const steps: Step[] = [];
  schedule(root, network.inputs.length, labels, steps);
  return { steps, path: report(names, steps, root.peak) };
}

/** A node of the tree of contractions. */
interface Node {
  /** The operand's number, or the two nodes that are contracted. */
  readonly from: number | readonly [Node, Node];
  /** Its labels; `order` puts them in the order of storage. */
  labels: readonly number[];
  readonly below: ReadonlySet<number>;
  /** Elements stored for it, and the most while it is made; operands count nothing. */
  readonly elements: number;
  readonly peak: number;
  readonly sizes: PairSizes;
}

const NOTHING: PairSizes = { batch: 1, m: 1, n: 1, k: 1 };

function grow(network: Network, tree: Tree): Node {
  const { inputs, output, sizes } = network;
  if (typeof tree === 'number') {
    return { from: tree, labels: inputs[tree], below: new Set([tree]), elements: 0, peak: 0, sizes: NOTHING };
  }
  const [a, b] = [grow(network, tree[0]), grow(network, tree[1])];
  const below = new Set([...a.below, ...b.below]);
  const kept = (label: number): boolean =>
    output.includes(label) || inputs.some((labels, k) => !below.has(k) && labels.includes(label));
  const labels = [...new Set([...a.labels, ...b.labels])].filter(kept);
  const elements = labels.reduce((size, label) => size * sizes[label], 1);
  const first = Math.min(Math.max(a.peak, a.elements + b.peak), Math.max(b.peak, b.elements + a.peak));
  return {
    from: [a, b],
    labels,
    below,
    elements,
    peak: Math.max(first, a.elements + b.elements + elements),
    sizes: pairSizes(
      sizes,
      (label) => a.labels.includes(label),
      (label) => b.labels.includes(label),
      kept,
    ),
  };
}

/**
 * Puts the labels of a node in the order `want` and those of the nodes below so that its contraction meets dense
 * matrices: [batch, m, k] times [batch, k, n], where n holds the last label of the result.
 */
function order(network: Network, node: Node, want: readonly number[]): void {
  node.labels = want;
  if (typeof node.from === 'number') return;
  const [a, b] = node.from;
  const fixed = [a, b].find(({ from }) => typeof from === 'number') ?? a;
  const summed = fixed.labels.filter((label) => !want.includes(label));
  for (const [mine, other] of [
    [a, b],
    [b, a],
  ]) {
    if (typeof mine.from === 'number') continue;
    const has =
      (labels: readonly number[]) =>
      (label: number): boolean =>
        labels.includes(label);
    const kept = want.filter(has(mine.labels));
    const batch = kept.filter(has(other.labels));
    const own = kept.filter((label) => !other.labels.includes(label));
    const inner = summed.filter(has(mine.labels));
    const last = want.findLast((label) => network.sizes[label] > 1);
    // A batch label that ends the result ends its factors too: their products run along it.
    if (last !== undefined && batch.includes(last)) order(network, mine, [...inner, ...kept]);
    else if (last !== undefined && own.includes(last)) order(network, mine, [...batch, ...inner, ...own]);
    else order(network, mine, [...batch, ...own, ...inner]);
  }
}

/** Numbers the nodes in order of execution, the greater peak first, and returns the number of `node`. */
function schedule(node: Node, operands: number, names: readonly string[], steps: Step[]): number {
  if (typeof node.from === 'number') return node.from;
  const [a, b] = node.from;
  const aFirst = Math.max(a.peak, a.elements + b.peak) <= Math.max(b.peak, b.elements + a.peak);
  const early = schedule(aFirst ? a : b, operands, names, steps);
  const late = schedule(aFirst ? b : a, operands, names, steps);
  const labels = node.labels.map((label) => names[label]);
  steps.push({ pair: aFirst ? [early, late] : [late, early], labels, sizes: node.sizes });
  return operands + steps.length - 1;
}

/** Additions and multiplications of one pairwise contraction; a product without a sum has no additions. */
function flopsOf({ batch, m, n, k }: PairSizes): number {
  return batch * m * n * (k === 1 ? 1 : 2 * k);
}

function report({ inputs, output }: Labelled, steps: readonly Step[], peakElements: number): Path {
  const show = (labels: readonly string[]): string => labels.join(labels.every((l) => l.length === 1) ? '' : ' ');
  const labels = [...inputs, ...steps.map((step) => step.labels)];
  const rows = steps.map(({ pair: [i, j], sizes }, s) => {
    const text = `${show(labels[i])},${show(labels[j])}->${show(labels[inputs.length + s])}`;
    const { batch, m, n, k } = sizes;
    return `${i} x ${j} -> ${inputs.length + s}  ${text}  batch ${batch} m ${m} n ${n} k ${k}  flops ${flopsOf(sizes)}`;
  });
  const flops = steps.reduce((sum, { sizes }) => sum + flopsOf(sizes), 0);
  const cost = steps.reduce((sum, { sizes }) => sum + stepCost(sizes), 0);
  const head = `${inputs.map(show).join(',')}->${show(output)}`;
  const foot = `flops ${flops}, at most ${peakElements} elements in intermediates, cost ${Math.round(cost)}`;
  return {
    steps: steps.map(({ pair }) => pair),
    flops,
    peakElements,
    cost,
    text: [head, ...rows, foot].join('\n'),
  };
}
