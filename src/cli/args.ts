/** Options from the command line: declared by each command, checked, with a suggestion for what was mistyped. */

import { parseArgs } from 'node:util';
import { type OptionSpec, type OptionSpecs, UsageError, type Values } from './command.ts';

/** Options that every command has. */
export const common: OptionSpecs = {
  help: { kind: 'flag', short: 'h', about: 'show this help' },
  json: { kind: 'flag', about: 'print one JSON object on standard output' },
  quiet: { kind: 'flag', about: 'print no progress' },
  'no-color': { kind: 'flag', about: 'print without colours' },
};

export interface Parsed {
  readonly values: Values;
  readonly given: ReadonlySet<string>;
  readonly words: readonly string[];
}

/** The options and words of a command. Throws UsageError in the form `op: rule; got value; remedy`. */
export function parseCommand(command: { name: string; options: OptionSpecs }, args: readonly string[]): Parsed {
  const specs: OptionSpecs = { ...command.options, ...common };
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(specs).map(([name, { kind, short }]) => {
        const type = kind === 'flag' ? ('boolean' as const) : ('string' as const);
        return [name, short === undefined ? { type } : { type, short }];
      }),
    ),
  });
  const values: Record<string, string | number | boolean | undefined> = {};
  for (const [name, { kind, fallback }] of Object.entries(specs)) values[name] = kind === 'flag' ? false : fallback;
  const given = new Set<string>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) {
      throw usage(command.name, `the option is known`, token.rawName, suggestion(token.name, Object.keys(specs)));
    }
    given.add(token.name);
    // An option after an option is no value: --out --json is a slip, --out=--json a wish.
    const isSlip = token.inlineValue === false && token.value?.startsWith('--') === true;
    values[token.name] = parsedValue(command.name, token.rawName, spec, isSlip ? undefined : token.value);
  }
  return { values, given, words };
}

function usage(op: string, rule: string, got: string, remedy: string): UsageError {
  return new UsageError(`${op}: ${rule}; got ${got}; ${remedy}`);
}

function parsedValue(op: string, name: string, spec: OptionSpec, text: string | undefined): string | number | boolean {
  if (spec.kind === 'flag') {
    if (text !== undefined) throw usage(op, `${name} takes no value`, `'${text}'`, `write ${name} alone`);
    return true;
  }
  if (text === undefined || text === '') {
    throw usage(op, `${name} has a value`, 'none', `write ${name} ${spec.value ?? 'VALUE'}`);
  }
  if (spec.choices !== undefined) {
    const chosen = spec.choices.find((choice) => plain(choice) === plain(text));
    if (chosen !== undefined) return chosen;
    throw usage(op, `${name} is one of ${spec.choices.join(', ')}`, `'${text}'`, suggestion(text, spec.choices, ''));
  }
  if (spec.kind === 'text') return text;
  const number = Number(text);
  const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE, whole = false } = spec;
  if (!Number.isFinite(number) || number < min || number > max || (whole && !Number.isSafeInteger(number))) {
    const low = spec.min === undefined ? '' : ` >= ${min}`;
    const high = spec.max === undefined ? '' : ` and <= ${max}`;
    throw usage(op, `${name} is a ${whole ? 'whole ' : ''}number${low}${high}`, `'${text}'`, 'correct the value');
  }
  return number;
}

/** Case and hyphens do not matter in names: tt-matrix is ttMatrix. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll('-', '');
}

/** The nearest of the known names, or where to find them. */
export function suggestion(name: string, known: readonly string[], dashes = '--'): string {
  const nearest = known
    .map((candidate) => [distance(name, candidate), candidate] as const)
    .sort((a, b) => a[0] - b[0])[0];
  const near = nearest !== undefined && nearest[0] <= Math.max(1, Math.floor(name.length / 3));
  return near ? `did you mean ${dashes}${nearest[1]}?` : 'see --help';
}

/** How many letters are changed, added, dropped or swapped with their neighbour (Damerau 1964). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, k) => k)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? rows[i - 2]![j - 2]! + 1 : changed;
      row.push(Math.min(changed, swapped, row[j - 1]! + 1, rows[i - 1]![j]! + 1));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
