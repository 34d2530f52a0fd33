/**
 * One round of block coordinate descent, from the output backwards (Li & Shen 2023; Zeng et al. 2019, algorithm 1): for each
 * layer V, U, W, b and the parts of the low-rank weight; what is frozen has no block. V and U of a chunk of examples are done together where nobody asks
 * for the objective in between.
 */

import { ConvergenceError } from '../../errors.ts';
import { ranksOf } from '../../formats/network.ts';
import { sub } from '../../ops/binary.ts';
import type { TrainEvent } from '../method.ts';
import { hiddenBlock, linearBlock, outputBlock } from './auxiliary.ts';
import { sameRanks, sweepParts } from './cores.ts';
import { isLowRank, type Layer, type LowRankLayer, type Net, overChunks } from './net.ts';
import { objectiveOf } from './objective.ts';
import { Statistics } from './statistics.ts';
import { biasBlock, weightBlock } from './weights.ts';

export interface RoundOptions {
  readonly cores: 'orthogonal' | 'plain';
  /** Evaluate the objective after each block. */
  readonly check: boolean;
  /** The objective before the first round; 0 where this is the first. */
  readonly first: number;
}

/** The objective may rise by this share of itself, and by this share of the first one's millionth, from rounding. */
const SLACK = 1e-6;

/** What an objective may rise by. */
export function slackOf(objective: number, first: number): number {
  return SLACK * (objective + SLACK * first);
}

/** One round over all blocks. */
export class Round {
  readonly #net: Net;
  readonly #cores: 'orthogonal' | 'plain';
  /** The objective after the last block, where blocks are checked. */
  #last: number | null;
  readonly #first: number;
  readonly #events: TrainEvent[] = [];

  constructor(net: Net, { cores, check, first }: RoundOptions) {
    this.#net = net;
    this.#cores = cores;
    this.#last = check ? objectiveOf(net) : null;
    this.#first = first === 0 ? (this.#last ?? 0) : first;
  }

  /** Changes the net; gives events of ranks. Throws ConvergenceError where a checked objective rises. */
  run(): TrainEvent[] {
    const net = this.#net;
    for (let k = net.layers.length - 1; k >= 0; k--) this.#layer(k);
    return this.#events;
  }

  #layer(k: number): void {
    const net = this.#net;
    const layer = net.layers[k]!;
    const { layer: name, skip } = layer.link;
    const isFrozen = layer.frozen.weight && layer.frozen.bias;
    const statistics = isFrozen ? null : new Statistics(k === 0 ? net : undefined);
    const V = k === net.layers.length - 1 ? outputBlock(net) : hiddenBlock(net, k);
    const U = linearBlock(net, k, statistics);
    const fromInput = skip !== undefined && skip < 0;
    if (this.#last === null) overChunks(net, k === 0 || fromInput, [V, U]);
    else {
      overChunks(net, fromInput, [V]);
      this.#check(`V of ${name}`);
      overChunks(net, k === 0 || fromInput, [U]);
      this.#check(`U of ${name}`);
    }
    if (statistics !== null) this.#affine(layer, statistics);
    if (isLowRank(layer)) this.#parts(layer);
  }

  #affine(layer: Layer, statistics: Statistics): void {
    const { frozen, link } = layer;
    const delta = frozen.weight ? null : weightBlock(this.#net, layer, statistics);
    if (!frozen.weight) this.#check(`the weight of ${link.layer}`);
    if (frozen.bias) return;
    biasBlock(this.#net, layer, statistics, delta);
    this.#check(`the bias of ${link.layer}`);
  }

  /** Of a low-rank weight that is trained: a frozen one is a matrix here. */
  #parts(layer: LowRankLayer): void {
    const net = this.#net;
    const target = layer.fixed === null ? layer.W : sub(layer.W, layer.fixed);
    const { node, change } = sweepParts(layer.node, target, this.#cores, net);
    net.tally.change += change;
    if (!sameRanks(node, layer.node)) {
      const [from, to] = [ranksOf(layer.node), ranksOf(node)];
      const message = 'ranks above what neighbouring parts can fill are gone';
      this.#events.push({ kind: 'rank', message, path: layer.nodePath, from, to });
    }
    layer.node = node;
    this.#check(`the parts of ${layer.link.layer}`);
  }

  #check(block: string): void {
    if (this.#last === null) return;
    const now = objectiveOf(this.#net);
    if (now <= this.#last + slackOf(this.#last, this.#first)) {
      this.#last = now;
      return;
    }
    const rule = `the objective does not rise with ${block}`;
    throw new ConvergenceError('tenbcd', rule, `${now} after ${this.#last}`, 'report it, with the model and the data');
  }
}
