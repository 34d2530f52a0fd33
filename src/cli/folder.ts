/**
 * The folder of a run: `checkpoint.safetensors` to go on from, `metrics.jsonl` with a line a step, at the end
 * `model.safetensors` and `result.json`. What depends on the clock stands apart, in `times.jsonl` and the result, so that
 * the other files are the same for the same run. Files are replaced whole: what was saved stays whatever happens.
 */

import { join } from 'node:path';
import { FormatError } from '../errors.ts';
import { append, isFile, makeFolder, namesIn, readBytes, remove, writeAtomic } from '../node/files.ts';
import { nothingSpent, type Spent } from './spent.ts';

const CHECKPOINT = 'checkpoint.safetensors';
const MODEL = 'model.safetensors';
/** Instead of the model, where deltas of another were trained. */
const DELTA = 'delta.safetensors';
const METRICS = 'metrics.jsonl';
const TIMES = 'times.jsonl';
const RESULT = 'result.json';
/** What a run that has given up was like before the step that did it. */
const DIVERGED = 'diverged.safetensors';
const OURS = [CHECKPOINT, MODEL, DELTA, METRICS, TIMES, RESULT, DIVERGED];

export class RunFolder {
  readonly path: string;
  #pending: string[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * The folder at `path`, which need not exist yet. Throws FormatError where another run lives there and neither `resume`
   * nor `force` was given, or where there is nothing to resume.
   */
  static async at(path: string, { resume, force }: { resume: boolean; force: boolean }): Promise<RunFolder> {
    const used = (await namesIn(path)).filter((name) => OURS.includes(name));
    if (resume && !used.includes(CHECKPOINT)) {
      const remedy = 'start without --resume';
      throw new FormatError('train', '--resume finds a checkpoint', `none in '${path}'`, remedy);
    }
    if (!resume && !force && used.length > 0) {
      const got = `${used.join(', ')} in '${path}'`;
      throw new FormatError(
        'train',
        '--out holds no other run',
        got,
        'use --resume to go on, or --force to start anew',
      );
    }
    return new RunFolder(path);
  }

  readCheckpoint(): Promise<Uint8Array> {
    return readBytes(join(this.path, CHECKPOINT));
  }

  /** Makes the folder that of a new run: from here on it can be resumed, and nothing of an older run is left. */
  async begin(checkpoint: Uint8Array): Promise<void> {
    await makeFolder(this.path);
    await writeAtomic(join(this.path, CHECKPOINT), checkpoint);
    for (const name of [MODEL, DELTA, RESULT, DIVERGED]) await remove(join(this.path, name));
    for (const name of [METRICS, TIMES]) await this.#cut(name, 0);
  }

  /**
   * Takes up a run after so many steps: later lines of the log are dropped, since these steps are done again. Returns the
   * time that training has taken so far.
   */
  async resume(steps: number): Promise<Spent> {
    for (const name of [METRICS, TIMES]) await this.#cut(name, steps);
    const last = (await linesIn(join(this.path, TIMES))).at(-1);
    if (last === undefined) return nothingSpent;
    const { seconds, cpuSeconds } = JSON.parse(last) as Spent;
    return { seconds, cpuSeconds };
  }

  async #cut(name: string, steps: number): Promise<void> {
    const path = join(this.path, name);
    const text = steps > 0 && (await isFile(path)) ? new TextDecoder().decode(await readBytes(path)) : '';
    const kept = text.split('\n').filter((line) => stepOf(line) <= steps);
    await writeAtomic(path, new TextEncoder().encode(kept.map((line) => `${line}\n`).join('')));
  }

  /** Adds a line to the log; it reaches the file with the next checkpoint. */
  log(line: Readonly<Record<string, unknown>>): void {
    this.#pending.push(`${JSON.stringify(line)}\n`);
  }

  /** Adds fields to the line of a step where it is the last of the log; called before anything new is logged. */
  async amend(step: number, fields: Readonly<Record<string, unknown>>): Promise<void> {
    const path = join(this.path, METRICS);
    const lines = new TextDecoder()
      .decode(await readBytes(path))
      .split('\n')
      .slice(0, -1);
    const last = lines.pop();
    if (last === undefined || stepOf(last) !== step) return;
    const line = JSON.stringify({ ...(JSON.parse(last) as object), ...fields });
    await writeAtomic(path, new TextEncoder().encode([...lines, line, ''].join('\n')));
  }

  /** Writes the lines logged since the last time. */
  async flush(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    await append(join(this.path, METRICS), text);
  }

  /** Writes log and time, then replaces the checkpoint: they are never behind. */
  async save(checkpoint: Uint8Array, time?: Spent & { readonly step: number }): Promise<void> {
    await this.flush();
    if (time !== undefined) await append(join(this.path, TIMES), `${JSON.stringify(time)}\n`);
    await writeAtomic(join(this.path, CHECKPOINT), checkpoint);
  }

  async saveDiverged(checkpoint: Uint8Array): Promise<string> {
    const path = join(this.path, DIVERGED);
    await writeAtomic(path, checkpoint);
    return path;
  }

  async saveResult(result: object): Promise<void> {
    await writeAtomic(join(this.path, RESULT), new TextEncoder().encode(`${JSON.stringify(result)}\n`));
  }

  /** Writes the file of deltas and returns its path. */
  async saveDelta(bytes: Uint8Array): Promise<string> {
    const path = join(this.path, DELTA);
    await writeAtomic(path, bytes);
    return path;
  }

  /** Writes the model file and returns its path. */
  async saveModel(bytes: Uint8Array): Promise<string> {
    const path = join(this.path, MODEL);
    await writeAtomic(path, bytes);
    return path;
  }
}

async function linesIn(path: string): Promise<string[]> {
  const text = (await isFile(path)) ? new TextDecoder().decode(await readBytes(path)) : '';
  return text.split('\n').slice(0, -1);
}

/** The step of a log line; Infinity for what is not one, such as a line cut by a crash. */
function stepOf(line: string): number {
  try {
    return (JSON.parse(line) as { step: number }).step;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
