/** The log of a finished run as the report wants it. */

import { join } from 'node:path';
import { isFile, readBytes } from '../node/files.ts';
import type { CompareEpoch, CompareEvent, CompareRun } from '../page/compareData.ts';
import type { PlannedRun } from './comparePlan.ts';

const text = async (path: string): Promise<string> => new TextDecoder().decode(await readBytes(path));

async function linesOf<T>(path: string): Promise<T[]> {
  if (!(await isFile(path))) return [];
  return (await text(path))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

interface Line {
  readonly step: number;
  readonly epoch: number;
  readonly epochLoss?: number;
  readonly validationAccuracy?: number;
  readonly parameters?: number;
  readonly ranks?: CompareEpoch['ranks'];
  readonly spectra?: CompareEpoch['spectra'];
  readonly events?: readonly Omit<CompareEvent, 'step' | 'epoch'>[];
}

/** Whether a run has come to its end. */
export function isFinished(folder: string): Promise<boolean> {
  return isFile(join(folder, 'result.json'));
}

/** A finished run: its result, what it was like after each epoch, and its events. */
export async function gather(folder: string, { entrant, seed }: PlannedRun): Promise<CompareRun> {
  const result = JSON.parse(await text(join(folder, 'result.json'))) as CompareRun;
  const lines = await linesOf<Line>(join(folder, 'metrics.jsonl'));
  const times = new Map(
    (await linesOf<{ step: number; seconds: number }>(join(folder, 'times.jsonl'))).map((x) => [x.step, x.seconds]),
  );
  // A run that has gone back tells an epoch twice: the last time counts.
  const ends = new Map(lines.filter((line) => line.epochLoss !== undefined).map((line) => [line.epoch, line]));
  const epochs = [...ends.values()].map(
    ({ epoch, step, epochLoss, validationAccuracy, parameters, ranks, spectra }): CompareEpoch => ({
      epoch,
      step,
      seconds: times.get(step) ?? 0,
      loss: epochLoss!,
      parameters: parameters!,
      ranks: ranks!,
      ...(validationAccuracy === undefined ? {} : { validationAccuracy }),
      ...(spectra === undefined ? {} : { spectra }),
    }),
  );
  const events = lines.flatMap(({ step, epoch, events: told = [] }) =>
    told.map(({ kind, message, path }) => ({ step, epoch, kind, message, ...(path === undefined ? {} : { path }) })),
  );
  const { testAccuracy, testLoss, auc, calibrationError, parameters, compression, flops } = result;
  const { seconds, epochSeconds, peakBytes, ranks, format } = result;
  return {
    label: entrant.label,
    method: entrant.method,
    format,
    seed,
    isControl: entrant.isControl,
    testAccuracy,
    ...(testLoss === undefined ? {} : { testLoss }),
    ...(auc === undefined ? {} : { auc }),
    ...(calibrationError === undefined ? {} : { calibrationError }),
    parameters,
    compression,
    flops,
    seconds,
    epochSeconds,
    peakBytes,
    ranks,
    epochs,
    events,
  };
}
