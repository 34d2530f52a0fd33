/** What `train --adapt` needs besides a run from nothing: the base, its shape and data, its deltas at the end. */

import { FormatError } from '../errors.ts';
import { storedCount } from '../formats/weight.ts';
import type { Dataset } from '../io/dataset.ts';
import { readBytes } from '../node/files.ts';
import type { Params } from '../nn/module.ts';
import { deltasOf } from '../train/adapt.ts';
import { type Base, fileChecksum, loadDelta, saveDelta, withDelta } from '../train/deltaFile.ts';
import { type LoadedModel, loadModel } from '../train/modelFile.ts';
import { UsageError } from './command.ts';
import type { Prepared, RunConfig } from './config.ts';
import { checkClassifier, modelPath, MOST_BYTES, splitFor } from './model.ts';

/** A model file with its checksum. */
export async function openBase(op: string, path: string): Promise<Base> {
  const bytes = await readBytes(modelPath(path), MOST_BYTES);
  return { ...checkClassifier(op, loadModel(bytes)), checksum: fileChecksum(bytes) };
}

/** A model with the terms of a delta file beside its weights. */
export async function openAdapted(op: string, path: string, delta: string): Promise<LoadedModel> {
  const base = await openBase(op, path);
  return { ...base, params: withDelta(base, loadDelta(await readBytes(delta, MOST_BYTES))) };
}

/** Options that a base answers itself. */
const OF_THE_BASE = ['model', 'widths', 'width', 'embedding', 'embedding-size', 'embedding-budget', 'classifier'];

/** Throws UsageError for options that say what the base says. */
export function checkAdaptOptions(given: ReadonlySet<string>): void {
  const found = OF_THE_BASE.filter((name) => given.has(name)).map((name) => `--${name}`);
  if (!given.has('adapt') || found.length === 0) return;
  throw new UsageError(`train: --adapt brings its own model; got ${found.join(', ')}; leave them out`);
}

/** The configuration of a run on this base. Throws FormatError where it began with another file. */
export function onBase(config: RunConfig, base: Base, hasData: boolean): RunConfig {
  const adapt = config.adapt!;
  if (adapt.checksum !== undefined && adapt.checksum !== base.checksum) {
    const got = `${base.checksum}, not ${adapt.checksum}, for ${adapt.path}`;
    throw new FormatError(
      'train',
      'a run goes on with the model it began with',
      got,
      'restore the file, or start anew',
    );
  }
  const { model, widths, width, embedding, embeddingSize, embeddingBudget, classifier, data } = base.spec;
  return {
    ...config,
    ...(hasData ? {} : { data }),
    model,
    ...(widths ? { widths } : {}),
    ...(width ? { width } : {}),
    ...(embedding ? { embedding } : {}),
    ...(embeddingSize ? { embeddingSize } : {}),
    ...(embeddingBudget ? { embeddingBudget } : {}),
    ...(classifier ? { classifier } : {}),
    adapt: { path: adapt.path, checksum: base.checksum },
  };
}

/** The data as the base takes it: what was normalized in its training is normalized alike. Throws FormatError. */
export function asTrained(base: Base, data: Dataset): Dataset {
  splitFor('train', base, data, 'train');
  return { ...data, mean: base.spec.mean, std: base.spec.std };
}

/** The delta file of a run's final parameters, and the parameters that are in it. */
export function deltaOf({ model, base }: Prepared, params: Params): { bytes: Uint8Array; stored: number } {
  const deltas = deltasOf(model, params);
  const stored = [...deltas.values()].reduce((n, term) => n + storedCount(term), 0);
  return { bytes: saveDelta(base!, deltas), stored };
}
