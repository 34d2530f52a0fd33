/** The runs of a comparison: methods and controls with the same data, epochs and seeds, as arguments of `train`. */

import { crc32c, showCrc } from '../io/crc32c.ts';
import { methodNamed, methods } from '../methods/all.ts';
import type { MethodEntry } from '../methods/settings.ts';
import { UsageError, type Values } from './command.ts';

/** One method with its settings; all seeds share it. */
export interface Entrant {
  /** 'dlrt tucker tau=0.2'. */
  readonly label: string;
  readonly method: string;
  readonly isControl: boolean;
  /** Arguments of `train` besides the seed and the folder. */
  readonly args: readonly string[];
}

export interface PlannedRun {
  readonly entrant: Entrant;
  readonly seed: number;
  /** The folder inside the comparison's. */
  readonly name: string;
  readonly args: readonly string[];
}

/** Options of `train` that a comparison hands to all its runs, as they were given. */
const PASSED = [
  'data',
  'data-dir',
  'model',
  'widths',
  'width',
  'embedding',
  'embedding-size',
  'embedding-budget',
  'classifier',
  'adapt',
  'rank',
  'budget',
  'keep',
  'fold',
  'optimizer',
  'lr',
  'momentum',
  'weight-decay',
  'schedule',
  'clip',
  'epochs',
  'batch',
  'limit',
  'validation',
];

/** Arguments that all runs of a comparison share. */
export function sharedArgs(values: Values, given: ReadonlySet<string>): string[] {
  const args = PASSED.filter((name) => given.has(name)).flatMap((name) => [`--${name}`, String(values[name])]);
  return given.has('augment') ? [...args, '--augment'] : args;
}

/**
 * The methods that were asked for, each in its own format or in all of `--format`, and the controls, which are always
 * there. A method may carry settings: 'dlrt:tau=0.1'. `narrow` is left out: its size follows from the others'.
 */
export function entrantsOf(values: Values, shared: readonly string[]): Entrant[] {
  const asked = values.methods as string;
  const named =
    asked === 'all' ? methods.filter(({ name }) => name !== 'descent').map(({ name }) => name) : asked.split(',');
  const controls = methods.filter(({ isControl, remodel }) => isControl === true && remodel === undefined);
  const chosen = new Map<string, { entry: MethodEntry; settings: string }>();
  for (const one of [...named, ...controls.map(({ name }) => name)]) {
    const [name = '', settings = ''] = one.split(/:(.*)/s);
    const entry = entryNamed(name);
    if (entry.remodel !== undefined) continue;
    const isThere = controls.includes(entry) && [...chosen.values()].some((other) => other.entry === entry);
    if (!isThere || settings !== '') {
      chosen.set(`${name} ${settings}`, { entry, settings: settings.replaceAll(/\+(?=[a-zA-Z])/g, ',') });
    }
  }
  const formats = values.format === undefined ? [undefined] : (values.format as string).split(',');
  // A budget needs a format: methods that choose one for each layer get two factors.
  const fallback = shared.includes('--budget') ? 'lowRank' : undefined;
  return [...chosen.values()].flatMap(({ entry, settings }) => {
    const own = entry.name === 'dense' ? ['dense'] : formats;
    return own.map((format) => entrantOf(entry, format ?? entry.format ?? fallback, settings, shared));
  });
}

function entryNamed(name: string): MethodEntry {
  try {
    return methodNamed(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function entrantOf(
  entry: MethodEntry,
  format: string | undefined,
  settings: string,
  shared: readonly string[],
): Entrant {
  const args = ['--method', entry.name];
  if (format !== undefined && format !== 'dense') args.push('--format', format);
  if (settings !== '') args.push('--with', settings);
  const label = [
    entry.name,
    ...(format === undefined || format === 'dense' ? [] : [format]),
    ...(settings === '' ? [] : [settings]),
  ].join(' ');
  return { label, method: entry.name, isControl: entry.isControl === true, args: [...shared, ...args] };
}

/** Networks that change their shape for a budget: one for each size in `budgets`. */
export function remodelled(budgets: readonly number[], shared: readonly string[]): Entrant[] {
  return methods
    .filter(({ remodel, isControl }) => remodel !== undefined && isControl === true)
    .flatMap(({ name }) =>
      budgets.map((budget) => {
        const args = [...without(shared, ['--rank', '--budget']), '--method', name, '--budget', String(budget)];
        return { label: `${name} ${budget}`, method: name, isControl: true, args };
      }),
    );
}

/** Arguments without some options and their values. */
export function without(args: readonly string[], names: readonly string[]): string[] {
  return args.filter((arg, k) => !names.includes(arg) && !names.includes(args[k - 1] ?? ''));
}

/** Parameters at which rivals are sized: the largest of each group of counts that lie within a quarter of each other. */
export function groupsOf(counts: readonly number[]): number[] {
  const groups: number[] = [];
  for (const count of [...counts].sort((a, b) => b - a)) {
    if (groups.length === 0 || count < 0.8 * groups.at(-1)!) groups.push(count);
  }
  return groups;
}

/** A run in a folder whose name tells settings apart: another comparison in the same place does not take it for its own. */
export function plannedRun(entrant: Entrant, seed: number): PlannedRun {
  const args = [...entrant.args, '--seed', String(seed)];
  const print = showCrc(crc32c(new TextEncoder().encode(JSON.stringify(args))));
  const slug = entrant.label.replaceAll(/[^\w.=-]+/g, '-').slice(0, 60);
  return { entrant, seed, name: `${slug}-seed${seed}-${print}`, args };
}
