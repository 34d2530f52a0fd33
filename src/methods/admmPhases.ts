/** The phases of ADMM training in a run: dense descent, descent towards low rank, descent on the parts. */

import { FormatError } from '../errors.ts';
import type { Progress, Schedule } from '../optim/schedule.ts';

export interface PhaseOptions {
  /** Epochs of dense descent first: a whole number, or below 1 a share of all epochs. Default 0.3. */
  readonly pretrain?: number;
  /** Epochs of descent on the parts at the end, likewise. Default 0.2. */
  readonly finetune?: number;
  /** Whether each phase has the schedule to itself; default one schedule over the whole run. */
  readonly restart?: boolean;
  /** Factors on the learning rate in each phase; default 1. */
  readonly rates?: readonly [pretrain: number, admm: number, finetune: number];
}

/** Epochs at which phases begin and end. */
export interface Phases {
  readonly admm: number;
  readonly finetune: number;
  readonly end: number;
}

/** The phases of a run of so many steps. Throws FormatError where nothing is left for the phase in the middle. */
export function phasesOf({ pretrain = 0.3, finetune = 0.2 }: PhaseOptions, run: Omit<Progress, 'step'>): Phases {
  const end = Math.ceil(run.totalSteps / run.stepsPerEpoch);
  const epochs = (x: number): number => {
    if (x >= 0 && (x < 1 || Number.isSafeInteger(x))) return x < 1 ? Math.round(x * end) : x;
    throw new FormatError('admm', 'epochs are a whole number or a share below 1', String(x), 'correct the phase');
  };
  const phases = { admm: epochs(pretrain), finetune: end - epochs(finetune), end };
  if (phases.admm < phases.finetune) return phases;
  const got = `${phases.admm} + ${end - phases.finetune} of ${end} epochs`;
  throw new FormatError('admm', 'pretraining and fine-tuning leave an epoch between them', got, 'give more epochs');
}

/** A schedule times the factors of the phases; it may start anew in each, as if that were the whole run. */
export function phased(schedule: Schedule, options: PhaseOptions): Schedule {
  const { rates = [1, 1, 1], restart = false } = options;
  return ({ step, totalSteps, stepsPerEpoch }) => {
    const { admm, finetune } = phasesOf(options, { totalSteps, stepsPerEpoch });
    const bounds = [0, admm * stepsPerEpoch, finetune * stepsPerEpoch, totalSteps];
    const phase = step < bounds[1]! ? 0 : step < bounds[2]! ? 1 : 2;
    const [from, to] = restart ? [bounds[phase]!, bounds[phase + 1]!] : [0, totalSteps];
    return rates[phase]! * schedule({ step: step - from, totalSteps: to - from, stepsPerEpoch });
  };
}
