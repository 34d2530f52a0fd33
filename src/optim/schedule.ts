/** Learning rates over a run. A schedule is a function of the step, except plateau, which also looks at the loss. */

import { FormatError } from '../errors.ts';
import { cos, PI } from '../math.ts';

export interface Progress {
  /** Steps done so far. */
  readonly step: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
}

/** A factor on the base learning rate. */
export type Schedule = (progress: Progress) => number;

export function constant(): Schedule {
  return () => 1;
}

/** Multiplied by `factor` after every `epochs`. */
export function stepDecay({ epochs = 10, factor = 0.1 }: { epochs?: number; factor?: number } = {}): Schedule {
  return ({ step, stepsPerEpoch }) => {
    let scale = 1;
    for (let k = Math.floor(step / (epochs * stepsPerEpoch)); k > 0; k--) scale *= factor;
    return scale;
  };
}

export interface CosineOptions {
  /** Share of the run for the warm-up; default 0. */
  readonly warmup?: number;
  /** The least steps of warm-up, but never more than half the run; default 0. */
  readonly warmupSteps?: number;
  /** Where it ends; default 0. */
  readonly last?: number;
}

/** Half a cosine from 1 to `last`, after a linear warm-up (Loshchilov & Hutter 2017). */
export function cosine({ warmup = 0, warmupSteps = 0, last = 0 }: CosineOptions = {}): Schedule {
  return ({ step, totalSteps }) => {
    const rise = Math.max(warmup * totalSteps, Math.min(warmupSteps, totalSteps / 2));
    if (step < rise) return (step + 1) / (rise + 1);
    const done = Math.min(1, (step - rise) / Math.max(1, totalSteps - rise));
    return last + ((1 - last) * (1 + cos(PI * done))) / 2;
  };
}

/** Up to 1 and down again in one cosine each, from 1/25 to 1e-4 (Smith & Topin 2018). */
export function oneCycle({ rise = 0.3 }: { rise?: number } = {}): Schedule {
  const start = 1 / 25;
  const end = 1e-4;
  return ({ step, totalSteps }) => {
    const peak = Math.max(1, rise * totalSteps);
    if (step < peak) return start + ((1 - start) * (1 - cos((PI * step) / peak))) / 2;
    const done = Math.min(1, (step - peak) / Math.max(1, totalSteps - peak));
    return end + ((1 - end) * (1 + cos(PI * done))) / 2;
  };
}

/** State of a plateau schedule: plain numbers, so that it is saved like any other state. */
export interface Plateau {
  readonly best: number;
  /** Epochs since the best. */
  readonly waited: number;
  readonly scale: number;
}

export const freshPlateau: Plateau = { best: Number.MAX_VALUE, waited: 0, scale: 1 };

/** After an epoch: the scale is multiplied by `factor` once `patience` epochs passed without a better loss. */
export function plateau(state: Plateau, loss: number, options: { factor?: number; patience?: number } = {}): Plateau {
  const { factor = 0.1, patience = 3 } = options;
  if (loss < state.best) return { best: loss, waited: 0, scale: state.scale };
  if (state.waited + 1 < patience) return { ...state, waited: state.waited + 1 };
  return { best: state.best, waited: 0, scale: state.scale * factor };
}

const byName: Readonly<Record<string, () => Schedule>> = {
  constant,
  step: () => stepDecay(),
  cosine: () => cosine({ warmup: 0.05, warmupSteps: 100 }),
  onecycle: () => oneCycle(),
};

/** Names that scheduleNamed() knows. */
export const scheduleNames: readonly string[] = Object.keys(byName);

/** The schedule of a name with its defaults. Throws FormatError with the known names. */
export function scheduleNamed(name: string): Schedule {
  const make = Object.hasOwn(byName, name) ? byName[name] : undefined;
  if (make === undefined) {
    throw new FormatError(
      'schedule',
      'the schedule is known',
      `'${name}'`,
      `choose one of ${scheduleNames.join(', ')}`,
    );
  }
  return make();
}
