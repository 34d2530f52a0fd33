/** Made-up comparisons for the report: every curve is planted, nothing was trained. */

import type { CompareData, CompareEpoch, CompareEvent, CompareRun } from '../../src/page/compareData.ts';
import { seeded } from './random.ts';

/** A method and what its runs come to. */
interface Plan {
  readonly label: string;
  readonly method: string;
  readonly format: string;
  readonly isControl: boolean;
  readonly accuracy: number;
  readonly compression: number;
  readonly epochSeconds: number;
  /** Whether its ranks move while it trains. */
  readonly moves: boolean;
}

function plan(method: string, format: string, numbers: readonly [number, number, number], own = ''): Plan {
  const [accuracy, compression, epochSeconds] = numbers;
  const isControl = ['dense', 'narrow', 'factorized', 'truncate', 'truncate+finetune'].includes(method);
  const label = [method, format === 'dense' ? '' : format, own].filter(Boolean).join(' ');
  const moves = format !== 'dense' && !isControl;
  return { label, method, format, isControl, accuracy, compression, epochSeconds, moves };
}

/** Planted: accuracy, compression, seconds an epoch. */
export const PLANS: readonly Plan[] = [
  plan('dlrt', 'lowRank', [0.978, 9.6, 7.1], 'tau=0.2'),
  plan('tdlrt', 'tucker', [0.982, 14.2, 9.4], 'tau=0.1'),
  plan('tdlrt', 'tucker', [0.971, 31, 8.1], 'tau=0.3'),
  plan('bayes', 'ttm', [0.957, 118, 12.6]),
  plan('bayes', 'cp', [0.942, 160, 11.9]),
  plan('lrpet', 'tt', [0.984, 5.2, 6.6]),
  plan('tenbcd', 'tt', [0.946, 36, 15.2]),
  plan('early', 'lowRank', [0.981, 4.1, 3.2]),
  plan('admm', 'tt', [0.979, 23.8, 8.8]),
  plan('dense', 'dense', [0.986, 1, 5.1]),
  plan('narrow', 'dense', [0.969, 10, 1.4], '10x'),
  plan('narrow', 'dense', [0.921, 90, 0.8], '90x'),
  plan('factorized', 'lowRank', [0.973, 8.2, 3.9]),
  plan('truncate', 'lowRank', [0.62, 9.8, 5.1]),
  plan('truncate+finetune', 'lowRank', [0.975, 9.8, 5.6]),
];

const BONDS: Readonly<Record<string, readonly string[]>> = {
  dense: [],
  lowRank: ['rank'],
  cp: ['rank'],
  tucker: ['mode 0', 'mode 1'],
  tt: ['r1', 'r2', 'r3'],
  ttm: ['r1', 'r2'],
};

export interface Wish {
  readonly plans?: readonly Plan[];
  readonly seeds?: number;
  readonly epochs?: number;
  /** Paths of weights, and the rank that each begins with. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly title?: string;
}

export const WEIGHTS: Readonly<Record<string, number>> = {
  'conv1.weight': 6,
  'conv2.weight': 16,
  'fc1.weight': 64,
  'fc2.weight': 48,
  'head.weight': 10,
};

const DENSE = 431_080;

/** The rank of a bond at an epoch: falls towards its end, with one step up on the way. */
function rankAt(first: number, share: number, progress: number, bond: number): number {
  const last = Math.max(1, Math.round(first * share * (1 - bond / 8)));
  const falling = last + (first - last) * Math.exp((-5 * Math.floor(8 * progress)) / 8);
  return Math.max(1, Math.round(falling + (progress > 0.4 && progress < 0.6 ? 1 : 0)));
}

function spectrumAt(rank: number, progress: number, noise: () => number): number[] {
  const decay = 0.03 + 0.35 * progress;
  return Array.from({ length: Math.min(64, rank) }, (_, k) => {
    const value = 3 * Math.exp(-decay * k) * (1 + 0.08 * noise());
    return Number(value.toPrecision(6));
  }).sort((a, b) => b - a);
}

function epochsOf(one: Plan, seed: number, wish: Required<Wish>): CompareEpoch[] {
  const noise = seeded(1000 * seed + one.label.length * 7919 + one.label.charCodeAt(0));
  // Between 0 and 1: methods are quicker and slower learners.
  const pace = (one.label.length % 7) / 6;
  const bonds = BONDS[one.format]!;
  const shares = Object.fromEntries(
    Object.keys(wish.weights).map((path) => [path, 1 / Math.sqrt(one.compression) + 0.08 * noise()]),
  );
  return Array.from({ length: wish.epochs }, (_, k) => {
    const progress = (k + 1) / wish.epochs;
    const ranks: CompareEpoch['ranks'] = {};
    const spectra: Record<string, Record<string, number[]>> = {};
    for (const [path, first] of Object.entries(wish.weights)) {
      if (bonds.length === 0) break;
      const share = shares[path]!;
      const named = bonds.map((bond, b) => [
        bond,
        one.moves ? rankAt(first, share, progress, b) : Math.ceil(first / 4),
      ]);
      ranks[path] = Object.fromEntries(named);
      spectra[path] = Object.fromEntries(
        bonds.map((bond) => [bond, spectrumAt(one.moves ? first : ranks[path]![bond]!, progress, noise)]),
      );
    }
    const shrunk = one.moves
      ? one.compression * (1 - Math.exp(-5 * progress)) + Math.exp(-5 * progress)
      : one.compression;
    return {
      epoch: k + 1,
      step: (k + 1) * 469,
      seconds: one.epochSeconds * (k + 1) * (1 + 0.03 * noise()),
      loss: 2.3 * Math.exp((-3 - 3 * pace) * progress) + 2 * (1 - one.accuracy) + 0.01 * (1 + noise()),
      validationAccuracy: one.accuracy - 0.55 * Math.exp((-4 - 6 * pace) * progress) + 0.003 * noise(),
      parameters: Math.round(DENSE / shrunk),
      ranks,
      ...(bonds.length > 0 ? { spectra } : {}),
    };
  });
}

/** A line for every rank that moved, and one undone. */
function eventsOf(epochs: readonly CompareEpoch[]): CompareEvent[] {
  const events: CompareEvent[] = [];
  for (const [k, now] of epochs.entries()) {
    const before = epochs[k - 1];
    for (const [path, bonds] of Object.entries(now.ranks)) {
      for (const [bond, rank] of Object.entries(bonds)) {
        const was = before?.ranks[path]?.[bond] ?? rank;
        if (was === rank) continue;
        const message =
          rank < was
            ? `${bond} ${was} -> ${rank}: the tail of ${was - rank} values is below tau of the norm`
            : `${bond} ${was} -> ${rank}: the gradient has directions outside the basis`;
        events.push({ step: now.step, epoch: now.epoch, kind: 'rank', message, path });
      }
    }
  }
  const last = epochs.at(-1);
  if (last !== undefined && events.length > 0) {
    const message = 'the probe loss rose from 0.081 to 0.143: ranks and moments are those of before';
    events.push({ step: last.step, epoch: last.epoch, kind: 'rollback', message, path: Object.keys(last.ranks)[0]! });
  }
  return events;
}

function runOf(one: Plan, seed: number, wish: Required<Wish>): CompareRun {
  const { label, method, format, isControl, epochSeconds } = one;
  const epochs = epochsOf(one, seed, wish);
  const noise = seeded(seed * 31 + Math.round(1e6 * one.accuracy));
  const parameters = Math.round((DENSE / one.compression) * (1 + (one.moves ? 0.06 * noise() : 0)));
  const testAccuracy = Math.round(1e4 * (one.accuracy + (1 - one.accuracy) * 0.12 * noise())) / 1e4;
  return {
    ...{ label, method, format, seed, isControl, testAccuracy, parameters },
    testLoss: 3.3 * (1 - testAccuracy),
    ...(method === 'bayes' ? { calibrationError: 0.012 + 0.002 * noise() } : {}),
    compression: DENSE / parameters,
    flops: Math.round(2.3e6 / Math.sqrt(one.compression)),
    seconds: epochs.at(-1)?.seconds ?? epochSeconds,
    epochSeconds,
    peakBytes: Math.round((90 + 240 / one.compression + 4 * noise()) * 2 ** 20),
    ranks: epochs.at(-1)?.ranks ?? {},
    epochs,
    events: eventsOf(epochs),
  };
}

export function comparison(wish: Wish = {}): CompareData {
  const whole: Required<Wish> = {
    plans: PLANS,
    seeds: 3,
    epochs: 20,
    weights: WEIGHTS,
    title: 'MNIST, LeNet-5',
    ...wish,
  };
  const seeds = Array.from({ length: whole.seeds }, (_, k) => k + 1);
  const runs = whole.plans.flatMap((one) => seeds.map((seed) => runOf(one, seed, whole)));
  return { title: whole.title, data: 'mnist (planted curves)', model: 'lenet5', version: '0.1.0', runs };
}

/** Texts that would end their element, their attribute or their string. */
export const HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"> ' & <!-- \u2028";

export function hostileComparison(): CompareData {
  const data = comparison({ plans: PLANS.slice(0, 2), seeds: 1, epochs: 4, weights: { [HOSTILE]: 8 }, title: HOSTILE });
  const runs = data.runs.map((run) => ({
    ...run,
    label: `${run.label} ${HOSTILE}`,
    events: run.events.map((event) => ({ ...event, kind: HOSTILE, message: HOSTILE })),
  }));
  return { ...data, data: HOSTILE, model: HOSTILE, runs };
}
