/** A training run's configuration from the options of the command line. */

import type { RankRequest } from '../formats/rank.ts';
import { methodNamed } from '../methods/all.ts';
import { type MethodEntry, type MethodSettings, type OwnSettings, ownSettings } from '../methods/settings.ts';
import type { ClassifierKind, EmbeddingKind } from '../nn/models/model.ts';
import { UsageError, type Values } from './command.ts';
import type { RunConfig } from './config.ts';

/** '0.1', '8', '4,8,8', '50%', 'same' or 'params:5000'. Throws UsageError for other texts. */
export function parseRank(text: string, op = 'train'): RankRequest {
  if (text === 'same') return 'same';
  const budget = /^params:(\d+)$/.exec(text);
  if (budget !== null) return { maxParams: Number(budget[1]) };
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (share !== null && Number(share[1]) > 0 && Number(share[1]) <= 100) return { bound: Number(share[1]) / 100 };
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.some((n) => !(n > 0))) {
    const rule =
      "--rank is an integer, a list such as 4,8,8, a fraction below 1, a share such as 50%, 'same' or params:N";
    throw new UsageError(`${op}: ${rule}; got '${text}'; correct the value`);
  }
  return numbers.length === 1 ? numbers[0]! : numbers;
}

/** '256,128'. */
export function parseWidths(text: string): number[] {
  const widths = text.split(',').map(Number);
  if (widths.every((n) => Number.isSafeInteger(n) && n >= 1)) return widths;
  throw new UsageError(`train: --widths is a list of whole numbers >= 1; got '${text}'; write such as 256,128`);
}

/** 'fc1=4x4x8x8,4x7x7x4;fc2=…': for each layer the mode sizes of its axes. Throws UsageError for other texts. */
function parseFolds(given: string): Record<string, number[][]> {
  const entries = given.split(';').map((one): [string, number[][]] => {
    const [layer = '', lists = ''] = one.split('=');
    return [layer, lists.split(',').map((list) => list.split('x').map(Number))];
  });
  const isWhole = (n: number): boolean => Number.isSafeInteger(n) && n >= 1;
  if (entries.every(([layer, lists]) => layer !== '' && lists.flat().every(isWhole)))
    return Object.fromEntries(entries);
  throw new UsageError(`train: --fold is LAYER=4x8,7x7;LAYER=…; got '${given}'; name the modes of every axis`);
}

/** What stands for on and off; on is also the name alone. */
const switches: Readonly<Record<string, boolean>> = { '': true, true: true, false: false };

/** 'tau=0.2,minRank=2' as settings of a method, with the types that it declares. Throws UsageError for other texts. */
export function parseSettings(method: string, given: string): OwnSettings {
  const { settings } = methodNamed(method);
  const entries = given.split(',').map((one): [string, number | string | boolean] => {
    const [name = '', ...rest] = one.split('=');
    const value = rest.join('=');
    const fallback = Object.hasOwn(settings, name) ? settings[name]!.fallback : '';
    if (typeof fallback === 'number') return [name, value === '' ? Number.NaN : Number(value)];
    return [name, typeof fallback === 'boolean' ? (switches[value] ?? value) : value];
  });
  const own = Object.fromEntries(entries);
  try {
    ownSettings({ name: method, settings }, own);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return own;
}

/** The configuration that options of `train` ask for. */
export function configOf(values: Values): RunConfig {
  const word = (name: string): string => values[name] as string;
  const real = (name: string): number => values[name] as number;
  const entry = methodNamed(word('method'));
  if (values.widths !== undefined && values.model !== 'mlp' && values.model !== 'resmlp') {
    throw new UsageError(
      `train: --widths belongs to --model mlp or resmlp; got ${values.model}; use --width to scale others`,
    );
  }
  return {
    data: word('data'),
    ...(values['data-dir'] === undefined ? {} : { dataDir: word('data-dir') }),
    model: word('model'),
    ...(values.widths === undefined ? {} : { widths: parseWidths(word('widths')) }),
    ...(values.width === undefined ? {} : { width: real('width') }),
    ...(values.embedding === undefined ? {} : { embedding: word('embedding') as EmbeddingKind }),
    ...(values['embedding-size'] === undefined ? {} : { embeddingSize: real('embedding-size') }),
    ...(values['embedding-budget'] === undefined ? {} : { embeddingBudget: real('embedding-budget') }),
    ...(values.classifier === undefined ? {} : { classifier: word('classifier') as ClassifierKind }),
    format: (values.format as string | undefined) ?? entry.format ?? 'dense',
    ...(values.rank === undefined ? {} : { rank: parseRank(word('rank')) }),
    ...(values.budget === undefined ? {} : { budget: real('budget') }),
    ...(values.adapt === undefined ? {} : { adapt: { path: word('adapt') } }),
    keep: values.keep === undefined ? [] : word('keep').split(','),
    folds: values.fold === undefined ? {} : parseFolds(word('fold')),
    method: word('method'),
    settings: settingsOf(values, entry),
    own: values.with === undefined ? {} : parseSettings(word('method'), word('with')),
    ...(values.epochs === undefined ? {} : { epochs: real('epochs') }),
    ...(values.steps === undefined ? {} : { steps: real('steps') }),
    batch: real('batch'),
    ...(values.limit === undefined ? {} : { limit: real('limit') }),
    seed: real('seed'),
    augment: values.augment === true,
    validation: real('validation'),
  };
}

/** Common settings: what was asked for, else what the method is at its best with. */
function settingsOf(values: Values, { defaults = {} }: MethodEntry): MethodSettings {
  const optimizer = (values.optimizer as string | undefined) ?? defaults.optimizer ?? 'sgd';
  // The method's own rate belongs to its own optimizer.
  const own = defaults.optimizer === undefined || optimizer === defaults.optimizer ? defaults.learningRate : undefined;
  const rate = (values.lr as number | undefined) ?? own ?? (optimizer === 'sgd' ? 0.01 : 0.001);
  const number = (name: string, fallback: number): number => (values[name] as number | undefined) ?? fallback;
  return {
    optimizer,
    learningRate: rate * number('lr-scale', 1),
    momentum: number('momentum', defaults.momentum ?? 0.9),
    weightDecay: number('weight-decay', defaults.weightDecay ?? 0),
    schedule: (values.schedule as string | undefined) ?? defaults.schedule ?? 'cosine',
    clip: number('clip', defaults.clip ?? 0),
  };
}
