/** What a command is: a name, its options, and a function that runs on the engine's thread. */

import type { Output } from './output.ts';

/** One option. Numbers are checked against `min` and `max`; `whole` asks for a whole number. */
export interface OptionSpec {
  readonly kind: 'flag' | 'text' | 'number';
  /** The word for the value in help, such as DIR. */
  readonly value?: string;
  readonly about: string;
  /** One letter that stands for the name: -o for --out. */
  readonly short?: string;
  readonly fallback?: string | number;
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** The values allowed. */
  readonly choices?: readonly string[];
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Parsed options: flags are booleans, numbers numbers; what was neither given nor has a fallback is undefined. */
export type Values = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Invocation {
  readonly values: Values;
  /** Names of options that stood on the command line. */
  readonly given: ReadonlySet<string>;
  /** Words that are not options. */
  readonly words: readonly string[];
  readonly output: Output;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly about: string;
  /** The words after the name, for help: 'FILE'. */
  readonly words?: string;
  /** How many words are taken. */
  readonly wordCount: readonly [least: number, most: number];
  readonly options: OptionSpecs;
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Whether it does more than end when it is stopped; other commands are just left. */
  readonly savesWhenStopped?: boolean;
  /** Returns the exit code. */
  run(invocation: Invocation): Promise<number>;
}

/** Exit codes of the command line. */
export const Exit = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  input: 3,
  target: 4,
  diverged: 5,
  memory: 6,
  interrupted: 130,
  terminated: 143,
} as const;

/** A mistake in how the command was called. */
export class UsageError extends Error {}

/** Work that a signal has ended. */
export class Interrupted extends Error {}

/** The same values, until the signal comes: then throws Interrupted. */
export function* untilAborted<T>(values: Iterable<T>, signal: AbortSignal): Generator<T> {
  for (const value of values) {
    if (signal.aborted) throw new Interrupted();
    yield value;
  }
}
