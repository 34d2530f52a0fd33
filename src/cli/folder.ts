/**
 * The folder of a run: `checkpoint.safetensors` to go on from, `metrics.jsonl` with a line a step, `model.safetensors` at
 * the end. Files are replaced whole, so that what was saved stays whatever happens.
 */

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '../errors.ts';
import { readBytes, writeAtomic } from '../node/files.ts';

const CHECKPOINT = 'checkpoint.safetensors';
const MODEL = 'model.safetensors';
const METRICS = 'metrics.jsonl';
const OURS = [CHECKPOINT, MODEL, METRICS];
const MOST_BYTES = 4 * 2 ** 30;

export class RunFolder {
  readonly path: string;
  #pending: string[] = [];

  /** Makes the folder. Throws FormatError where another run lives there and neither `resume` nor `force` was given. */
  constructor(path: string, { resume, force }: { readonly resume: boolean; readonly force: boolean }) {
    this.path = path;
    try {
      mkdirSync(path, { recursive: true });
    } catch (cause) {
      const got = `'${path}' (${(cause as NodeJS.ErrnoException).code})`;
      throw new FormatError('train', '--out is a folder that can be made', got, 'choose another folder', { cause });
    }
    const used = readdirSync(path).filter((name) => OURS.includes(name));
    if (used.length > 0 && !resume && !force) {
      const got = `${used.join(', ')} in '${path}'`;
      throw new FormatError(
        'train',
        '--out holds no other run',
        got,
        'use --resume to go on, or --force to start anew',
      );
    }
    if (resume && !existsSync(join(path, CHECKPOINT))) {
      throw new FormatError('train', '--resume finds a checkpoint', `none in '${path}'`, 'start without --resume');
    }
  }

  readCheckpoint(): Promise<Uint8Array> {
    return readBytes(join(this.path, CHECKPOINT), MOST_BYTES);
  }

  /** Starts the log: empty, or with the lines of the first `steps` steps of the run that is gone on with. */
  async startLog(steps: number): Promise<void> {
    const path = join(this.path, METRICS);
    const lines = steps > 0 && existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    const kept = lines.filter((line) => stepOf(line) <= steps).map((line) => `${line}\n`);
    await writeAtomic(path, new TextEncoder().encode(kept.join('')));
  }

  /** Adds a line to the log; it reaches the file with the next checkpoint. */
  log(line: Readonly<Record<string, unknown>>): void {
    this.#pending.push(`${JSON.stringify(line)}\n`);
  }

  /** Replaces the checkpoint, and writes the lines logged since the last one. */
  async save(checkpoint: Uint8Array): Promise<void> {
    appendFileSync(join(this.path, METRICS), this.#pending.join(''));
    this.#pending = [];
    await writeAtomic(join(this.path, CHECKPOINT), checkpoint);
  }

  /** Writes the model file and returns its path. */
  async saveModel(bytes: Uint8Array): Promise<string> {
    const path = join(this.path, MODEL);
    await writeAtomic(path, bytes);
    return path;
  }
}

/** The step of a log line; Infinity for what is not one, such as a line cut by a crash. */
function stepOf(line: string): number {
  try {
    return (JSON.parse(line) as { step: number }).step;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
