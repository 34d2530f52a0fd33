/** The engine's thread: parses the command line, runs the command, turns errors into exit codes. */

import { parentPort, workerData } from 'node:worker_threads';
import { commands } from './all.ts';
import { parseCommand, suggestion } from './args.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { exitCodeOf, explain } from './failure.ts';
import { commandHelp, mainHelp } from './help.ts';
import { Output } from './output.ts';
import { version } from './version.ts';

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

/** Prints the help of everything, or of the command that was named. */
function help(output: Output, named: string | undefined): number {
  for (const line of named === undefined ? mainHelp(commands) : commandHelp(commandNamed(named))) output.line(line);
  return Exit.ok;
}

function commandNamed(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = commands.map((candidate) => candidate.name);
  throw new UsageError(`rankwise: the command is known; got '${name}'; ${suggestion(name, names, '')}`);
}

async function run(): Promise<number> {
  const plain = outputFor({ json: false, quiet: false, noColor: false });
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') return help(plain, undefined);
  if (name === 'help') return help(plain, rest[0]);
  if (name === '--version') {
    plain.line(version());
    return Exit.ok;
  }
  const command = commandNamed(name);
  const { values, given, words } = parseCommand(command, rest);
  if (values.help === true) return help(plain, name);
  const [least, most] = command.wordCount;
  if (words.length < least || words.length > most) {
    const rule = `takes ${least === most ? least : `${least} to ${most}`} words`;
    const got = words.length === 0 ? 'none' : words.join(' ');
    throw new UsageError(`${name}: ${rule}; got ${got}; see rankwise ${name} --help`);
  }
  const output = outputFor({
    json: values.json === true,
    quiet: values.quiet === true,
    noColor: values['no-color'] === true,
  });
  // Nothing would be lost: such a command need not be asked.
  if (command.savesWhenStopped !== true) stop.signal.addEventListener('abort', () => exit(Exit.interrupted));
  return command.run({ values, given, words, output, signal: stop.signal });
}

const stop = new AbortController();
const exit = (code: number): void => send({ kind: 'exit', code });
parentPort!.on('message', (message: ToEngine) => {
  if (message.kind === 'abort') stop.abort();
});
run()
  .catch((error: unknown) => {
    const code = exitCodeOf(error);
    if (code !== Exit.interrupted) send({ kind: 'write', stream: 'err', text: `${explain(error, code)}\n` });
    return code;
  })
  .then(exit);
