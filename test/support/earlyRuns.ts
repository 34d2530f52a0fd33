/** Runs of the method early on planted teachers. */

import { denseWeight } from '../../src/formats/make.ts';
import type { Factored } from '../../src/formats/network.ts';
import type { OwnSettings, Target } from '../../src/methods/settings.ts';
import { type Training, train } from '../../src/train/train.ts';
import { type PlantedOptions, plantedTask } from './planted.ts';
import { methodOf } from './toys.ts';

/** A run on a planted teacher, whose one weight starts dense. */
export function planted(options: Partial<PlantedOptions>, own: OwnSettings, target: Partial<Target> = {}): Training {
  const { task } = plantedTask({ weight: denseWeight(), epochs: 8, ...options });
  const method = methodOf('early', { learningRate: 0.3, momentum: 0.9 }, own, { ...none, ...target });
  return train(task, { method, divergence: false });
}

/** A run that names no format. */
export const none: Target = { format: 'dense', rank: 0.1, keep: [] };

export const weightOf = (params: unknown): Factored => (params as { fc: { weight: Factored } }).fc.weight;
