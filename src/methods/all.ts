/** Every training method there is, by name: the command line, files and tests walk this table. */

import { FormatError } from '../errors.ts';
import { adam, adamw } from '../optim/adam.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { scheduleNamed } from '../optim/schedule.ts';
import { sgd } from '../optim/sgd.ts';
import { descent } from './descent.ts';
import type { Method } from './method.ts';

/** Settings that every method understands: plain values, so that a checkpoint holds them. */
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

export interface MethodEntry {
  readonly name: string;
  /** One line for help and tables. */
  readonly about: string;
  build(settings: MethodSettings): Method;
}

export const methods: readonly MethodEntry[] = [
  {
    name: 'descent',
    about: 'gradient descent on all parameters, ranks fixed',
    build: (settings) => descent(descentOptions(settings)),
  },
];

/** The method of a name. Throws FormatError with the known names. */
export function methodNamed(name: string): MethodEntry {
  const found = methods.find((method) => method.name === name);
  if (found === undefined) {
    const names = methods.map((method) => method.name).join(', ');
    throw new FormatError('method', 'the method is known', `'${name}'`, `choose one of ${names}`);
  }
  return found;
}

function descentOptions(settings: MethodSettings): Parameters<typeof descent>[0] {
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
export function optimizerNamed({ optimizer, momentum, weightDecay }: MethodSettings): Optimizer {
  if (optimizer === 'sgd') return sgd({ momentum, nesterov: momentum > 0, weightDecay });
  if (optimizer === 'adam') return adam({ weightDecay });
  if (optimizer === 'adamw') return adamw({ weightDecay });
  throw new FormatError('optimizer', 'the optimizer is known', `'${optimizer}'`, 'choose one of sgd, adam, adamw');
}
