/** Killing training at random moments: what is on the disk must be whole, and the run gone on with must end the same. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { loadCheckpoint } from '../../src/train/checkpoint.ts';
import { loadModel } from '../../src/train/modelFile.ts';
import { sameBytes } from './bytes.ts';
import { cli, fresh, SMALL, start } from './cli.ts';
import { seeded } from './random.ts';

const FILES = ['checkpoint.safetensors', 'metrics.jsonl', 'model.safetensors'];
/** Files that tell how long something took: no two runs share them. */
const TIMED = ['result.json', 'times.jsonl'];
const LONG: readonly string[] = [...SMALL, '--epochs', '12', '--optimizer', 'adam', '--validation', '0.1'];

export interface CrashReport {
  /** Kills that met a run; others came after its end, and do not count. */
  readonly kills: number;
  /** Runs that were killed, gone on with, and compared at their end. */
  readonly runs: number;
  /** Steps in the checkpoints that kills left behind; -1 where there was none yet. */
  readonly steps: readonly number[];
}

/** Kills runs `kills` times in all, up to three times each. Throws at the first file that is not what it should be. */
export async function crash(
  kills: number,
  seed: number,
  note: (text: string) => void = () => {},
): Promise<CrashReport> {
  const random = seeded(seed);
  const between = (low: number, high: number): number => low + ((random() + 1) / 2) * (high - low);
  const whole = fresh('whole');
  // Half of the runs save after every step, half after every epoch.
  const modes = ['0', '1000'];
  const lasts: number[] = [];
  for (const often of modes) {
    const began = performance.now();
    await finish([...LONG, '--save-every', often, '--force', '--out', whole]);
    lasts.push(performance.now() - began);
  }
  const steps: number[] = [];
  let runs = 0;
  while (steps.length < kills) {
    const folder = fresh('killed');
    const mode = Math.floor(between(0, 2));
    const often = ['--save-every', modes[mode]!];
    for (let times = Math.floor(between(1, 4)); times > 0 && steps.length < kills; times--) {
      const { child, ended } = start(next(folder, often));
      await Promise.race([setTimeout(between(0, lasts[mode]!)), ended]);
      child.kill('SIGKILL');
      if ((await ended).code !== 'SIGKILL') break;
      steps.push(checked(folder));
      note(`kill ${steps.length}: step ${steps.at(-1)}`);
    }
    await finish(next(folder, often));
    for (const name of FILES) sameBytes(readFileSync(join(folder, name)), readFileSync(join(whole, name)), name);
    runs++;
  }
  return { kills: steps.length, runs, steps };
}

/** How to go on in a folder, whatever a kill has left there. */
function next(folder: string, often: readonly string[]): string[] {
  const isBegun = existsSync(join(folder, 'checkpoint.safetensors'));
  return [...(isBegun ? ['train', '--resume', '--quiet'] : LONG), ...often, '--out', folder];
}

async function finish(args: readonly string[]): Promise<void> {
  const { code, err } = await cli(args);
  if (code !== 0) throw new Error(`a run ended with ${code}: ${err}`);
}

/** Reads all that is in a folder; gives the step of its checkpoint. Throws where a file cannot be read. */
function checked(folder: string): number {
  if (!existsSync(folder)) return -1;
  const names = readdirSync(folder).filter((name) => !/\.tmp-\d+-[0-9a-f]{12}$/.test(name));
  const other = names.find((name) => !FILES.includes(name) && !TIMED.includes(name));
  if (other !== undefined) throw new Error(`a kill left ${other}`);
  if (names.includes('model.safetensors')) loadModel(readFileSync(join(folder, 'model.safetensors')));
  if (!names.includes('checkpoint.safetensors')) {
    if (names.length > 0) throw new Error(`a kill left ${names.join(', ')} without a checkpoint`);
    return -1;
  }
  return loadCheckpoint(readFileSync(join(folder, 'checkpoint.safetensors'))).snapshot.step;
}
