/**
 * Low-rank from the start, ranks fixed, as well as it can be done simply: spectral initialisation, Frobenius decay in
 * place of weight decay on the parts (Khodak et al. 2021), learning rates by the structure of the parts.
 */

import { inner } from '../formats/algebra.ts';
import { Factored } from '../formats/network.ts';
import { childPath, type Module, type Params } from '../nn/module.ts';
import { add, mul } from '../ops/binary.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { sgd } from '../optim/sgd.ts';
import { fold } from '../random.ts';
import { zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { compact } from './compact.ts';
import { descent, type DescentOptions, type DescentState } from './descent.ts';
import { partRates, type RateOptions, type RateRule, rateRules, sizedFor } from './factorizedRates.ts';
import { spectralStart } from './factorizedStart.ts';
import type { Method, Step, Task } from './method.ts';
import { descentOptions, type MethodEntry } from './settings.ts';
import { sitesOf, withSites } from './sites.ts';

export interface FactorizedOptions extends DescentOptions {
  /** Default true. */
  readonly spectral?: boolean;
  /** Frobenius decay: lambda of 1/2 lambda |W|^2. Then the optimizer's own decay leaves parts alone. Default none. */
  readonly frobenius?: number;
  /** Default the same for all. */
  readonly rates?: RateOptions;
}

type Prepared = ReturnType<NonNullable<Method['prepare']>>;

export function factorized(options: FactorizedOptions = {}): Method<DescentState> {
  const { optimizer = sgd({ momentum: 0.9 }), spectral = true, frobenius, rates } = options;
  const plain = descent({ ...options, optimizer });
  return {
    ...plain,
    name: 'factorized',
    about: factorizedEntry.about,
    prepare: (task, params) => started(task, params, spectral, rates),
    step: (task, params, state, batch): Step<DescentState> => {
      const own = partwise(optimizer, ratesByLeaf(task.model, params, rates), frobenius !== undefined);
      const penalty = (seen: Params): Tensor => frobeniusDecay(task.model, seen, frobenius!);
      const decoration = frobenius === undefined || frobenius === 0 ? {} : { penalty };
      return descent({ ...options, optimizer: own }, decoration).step(task, params, state, batch);
    },
    finish: (params) => compact(params),
  };
}

/** The start of a run: every low-rank weight that is not zero becomes a truncated dense draw, its parts sized for rates. */
function started({ model, key }: Task, params: Params, spectral: boolean, rates?: RateOptions): Prepared {
  const nodes = new Map<string, Factored>();
  for (const { node, nodePath, axes } of sitesOf(model, params)) {
    if (!(node instanceof Factored)) continue;
    const made = spectral ? spectralStart(node, axes, fold(key, 'spectral', nodePath)) : node;
    if (made !== undefined) nodes.set(nodePath, rates === undefined ? made : sizedFor(made, axes, rates));
  }
  return { params: withSites(params, nodes), events: [] };
}

/**
 * 1/2 lambda sum |W|^2 over the low-rank weights, from the Gram matrices of their parts: what weight decay is to dense
 * weights (Khodak et al. 2021, section 3.2). Decay of the parts themselves would be that of the nuclear norm.
 */
export function frobeniusDecay(model: Module, params: Params, lambda: number): Tensor {
  const squares = sitesOf(model, params).flatMap(({ node }) => (node instanceof Factored ? [inner(node, node)] : []));
  return squares.length === 0
    ? zeros([])
    : mul(
        squares.reduce((a, b) => add(a, b)),
        lambda / 2,
      );
}

/** The factor on the rate of every leaf that is a part of a low-rank weight. */
function ratesByLeaf(model: Module, params: Params, rates?: RateOptions): ReadonlyMap<string, number> {
  const factors = new Map<string, number>();
  for (const { node, nodePath, axes } of sitesOf(model, params)) {
    if (!(node instanceof Factored)) continue;
    const found = rates === undefined ? {} : partRates(node, axes, rates);
    for (const name of Object.keys(node.parts)) factors.set(childPath(nodePath, name), found[name] ?? 1);
  }
  return factors;
}

/** The optimizer with rates of its own for parts, which it does not decay where something else does. */
function partwise(optimizer: Optimizer, rates: ReadonlyMap<string, number>, isDecayed: boolean): Optimizer {
  return {
    ...optimizer,
    update: (leaves, gradients, state, hyper) =>
      optimizer.update(leaves, gradients, state, {
        ...hyper,
        rateOf: (path) => rates.get(path) ?? 1,
        decays: (path) => (hyper.decays?.(path) ?? true) && !(isDecayed && rates.has(path)),
      }),
  };
}

export const factorizedEntry: MethodEntry = {
  name: 'factorized',
  about: 'low-rank from the start, ranks fixed; spectral initialisation, Frobenius decay',
  start: 'lowRank',
  format: 'lowRank',
  isControl: true,
  settings: {
    init: {
      about: 'weights from truncated dense draws, or as drawn',
      fallback: 'spectral',
      choices: ['spectral', 'fresh'],
    },
    decay: {
      about: 'what --weight-decay shrinks: the norm of the whole weight, or its parts',
      fallback: 'frobenius',
      choices: ['frobenius', 'parts'],
    },
    rates: {
      about: 'learning rates of parts: alike, by their sizes, or as LoRA+',
      fallback: 'same',
      choices: rateRules,
    },
    ratio: { about: 'of LoRA+: how much faster output parts learn', fallback: 16, min: 0 },
  },
  build: (common, own) =>
    factorized({
      ...descentOptions(common),
      spectral: own.init === 'spectral',
      ...(own.decay === 'frobenius' ? { frobenius: common.weightDecay } : {}),
      rates: { rule: own.rates as RateRule, ratio: own.ratio as number, isAdaptive: common.optimizer !== 'sgd' },
    }),
};
