/** What a method is made from: plain values, so that a checkpoint holds them; and what its entry in the table says. */

import { FormatError } from '../errors.ts';
import type { RankRequest } from '../formats/rank.ts';
import type { ModelFamily, ModelOptions } from '../nn/models/model.ts';
import { adam, adamw } from '../optim/adam.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { scheduleNamed } from '../optim/schedule.ts';
import { sgd } from '../optim/sgd.ts';
import type { DescentOptions } from './descent.ts';
import type { Method } from './method.ts';

/** Settings that every method understands. */
export interface MethodSettings {
  /** 'sgd', 'adam' or 'adamw'. */
  readonly optimizer: string;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly schedule: string;
  /** Limit of the global gradient norm; 0 for none. */
  readonly clip: number;
}

/** One setting of a method's own. */
export interface SettingSpec {
  /** One line for help. */
  readonly about: string;
  /** Its default, which also says whether it is a number, a text or a switch. */
  readonly fallback: number | string | boolean;
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
  readonly choices?: readonly string[];
}

/** Values of a method's own settings, all of them there. */
export type OwnSettings = Readonly<Record<string, number | string | boolean>>;

/** The low-rank form that a run is after. */
export interface Target {
  /** A name of the format table. */
  readonly format: string;
  readonly rank: RankRequest;
  /** Mode sizes of each axis, by the path of a layer or of its weight. */
  readonly folds?: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** Layers that stay as they are. */
  readonly keep: readonly string[];
}

export interface MethodEntry {
  readonly name: string;
  /** One line for help and tables. */
  readonly about: string;
  /** How weights are made: in the run's format and rank, or dense, to be decomposed on the way. */
  readonly start: 'lowRank' | 'dense';
  /** True for what other methods are compared with. */
  readonly isControl?: boolean;
  /** The format where the run names none; without one weights are dense. */
  readonly format?: string;
  /** The rank where the run names none. */
  readonly rank?: RankRequest;
  /** Common settings where the run names none. */
  readonly defaults?: Partial<MethodSettings>;
  readonly settings: Readonly<Record<string, SettingSpec>>;
  /** Changes of the network itself, for at most `budget` stored parameters. */
  remodel?(family: ModelFamily, options: ModelOptions, budget: number): Partial<ModelOptions>;
  build(common: MethodSettings, own: OwnSettings, target: Target): Method;
}

/** All own settings of a method, from those that were given. Throws FormatError for what is unknown or out of range. */
export function ownSettings(entry: Pick<MethodEntry, 'name' | 'settings'>, given: OwnSettings): OwnSettings {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(entry.settings, name)) continue;
    const names = Object.keys(entry.settings).join(', ') || 'none';
    throw new FormatError(entry.name, 'the setting is known', `'${name}'`, `its settings: ${names}`);
  }
  const values = Object.entries(entry.settings).map(([name, spec]): [string, number | string | boolean] => [
    name,
    checkedSetting(entry.name, name, spec, Object.hasOwn(given, name) ? given[name]! : spec.fallback),
  ]);
  return Object.fromEntries(values);
}

function checkedSetting<V extends number | string | boolean>(op: string, name: string, spec: SettingSpec, value: V): V {
  const { fallback, min = -Number.MAX_VALUE, max = Number.MAX_VALUE, whole = false, choices } = spec;
  const fits =
    typeof value === typeof fallback &&
    (typeof value !== 'number' || (value >= min && value <= max && (!whole || Number.isSafeInteger(value)))) &&
    (choices === undefined || choices.includes(value as string));
  if (fits) return value;
  const low = spec.min === undefined ? '' : ` >= ${min}`;
  const high = spec.max === undefined ? '' : ` and <= ${max}`;
  const kind = typeof fallback === 'number' ? `a ${whole ? 'whole ' : ''}number${low}${high}` : `a ${typeof fallback}`;
  const rule = choices === undefined ? `${name} is ${kind}` : `${name} is one of ${choices.join(', ')}`;
  throw new FormatError(op, rule, `${value}`, `its default is ${fallback}`);
}

/** The options of plain descent. */
export function descentOptions(settings: MethodSettings): DescentOptions {
  const { learningRate, clip, schedule } = settings;
  return {
    optimizer: optimizerNamed(settings),
    learningRate,
    // Plateau looks at the loss, so it is not a schedule of the step.
    ...(schedule === 'plateau' ? { plateau: {} } : { schedule: scheduleNamed(schedule) }),
    ...(clip > 0 ? { clip } : {}),
  };
}

/** The optimizer of a name. Throws FormatError with the known names. */
export function optimizerNamed(settings: Pick<MethodSettings, 'optimizer' | 'momentum' | 'weightDecay'>): Optimizer {
  const { optimizer, momentum, weightDecay } = settings;
  if (optimizer === 'sgd') return sgd({ momentum, nesterov: momentum > 0, weightDecay });
  if (optimizer === 'adam') return adam({ weightDecay });
  if (optimizer === 'adamw') return adamw({ weightDecay });
  throw new FormatError('optimizer', 'the optimizer is known', `'${optimizer}'`, 'choose one of sgd, adam, adamw');
}
