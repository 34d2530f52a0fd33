/** The engine's thread: parses the command line, runs the command, turns errors into exit codes. */

import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { DivergenceError, FormatError, NonFiniteError, OutOfMemoryError, RankError, ShapeError } from '../errors.ts';
import { commands } from './all.ts';
import { parseCommand, suggestion } from './args.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { commandHelp, mainHelp } from './help.ts';
import { Output } from './output.ts';

export type FromEngine =
  | { readonly kind: 'write'; readonly stream: 'out' | 'err'; readonly text: string }
  | { readonly kind: 'exit'; readonly code: number };
export type ToEngine = { readonly kind: 'abort' };

interface Start {
  readonly args: readonly string[];
  readonly live: boolean;
  readonly color: boolean;
  readonly width: number;
}

const { args, live, color, width } = workerData as Start;

function send(message: FromEngine): void {
  parentPort!.postMessage(message);
}

function outputFor(options: { json: boolean; quiet: boolean; noColor: boolean }): Output {
  const { NO_COLOR, TERM } = process.env;
  const plain = options.noColor || (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  return new Output({
    json: options.json,
    quiet: options.quiet,
    color: color && !plain && !options.json,
    live: live && TERM !== 'dumb',
    width,
    write: (stream, text) => send({ kind: 'write', stream, text }),
  });
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function run(signal: AbortSignal): Promise<number> {
  const plain = outputFor({ json: false, quiet: false, noColor: false });
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    for (const line of mainHelp(commands)) plain.line(line);
    return Exit.ok;
  }
  if (name === '--version') {
    plain.line(version());
    return Exit.ok;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const names = commands.map((candidate) => candidate.name);
    throw new UsageError(`rankwise: the command is known; got '${name}'; ${suggestion(name, names, '')}`);
  }
  return runCommand(command, rest, signal);
}

async function runCommand(command: Command, rest: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, given, words } = parseCommand(command, rest);
  const output = outputFor({
    json: values.json === true,
    quiet: values.quiet === true,
    noColor: values['no-color'] === true,
  });
  if (values.help === true) {
    for (const line of commandHelp(command)) output.line(line);
    return Exit.ok;
  }
  const [least, most] = command.wordCount;
  if (words.length < least || words.length > most) {
    const rule = least === most ? `takes ${least} words` : `takes ${least} to ${most} words`;
    throw new UsageError(`${command.name}: ${rule}; got ${words.length}; see rankwise ${command.name} --help`);
  }
  return command.run({ values, given, words, output, signal });
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof RankError) return Exit.usage;
  if (error instanceof NonFiniteError && error.message.startsWith('train')) return Exit.diverged;
  if (error instanceof DivergenceError) return Exit.diverged;
  if (error instanceof OutOfMemoryError) return Exit.memory;
  const input = error instanceof FormatError || error instanceof ShapeError || error instanceof NonFiniteError;
  return input ? Exit.input : Exit.unexpected;
}

function explain(error: unknown, code: number): string {
  if (!(error instanceof Error)) return String(error);
  return code === Exit.unexpected ? (error.stack ?? error.message) : error.message;
}

const stop = new AbortController();
parentPort!.on('message', (message: ToEngine) => {
  if (message.kind === 'abort') stop.abort();
});
run(stop.signal)
  .catch((error: unknown) => {
    const code = exitCodeOf(error);
    send({ kind: 'write', stream: 'err', text: `${explain(error, code)}\n` });
    return code;
  })
  .then((code) => send({ kind: 'exit', code }));
