/**
 * Plain JSON values from files, checked field by field: what comes out has the type that was asked for, and what does not
 * fit is refused by its path. Nothing is read from prototypes.
 */

import { FormatError } from './errors.ts';

/** Where a value stands, for errors. */
export interface Place {
  readonly op: string;
  readonly path: string;
}

/** Returns a value as what it is, or throws FormatError. */
export type Check<T> = (value: unknown, at: Place) => T;

const REMEDY = 'the file is damaged, or made by something else';

/** The value of a JSON text, as `check` wants it. `what` names the text in errors. */
export function readJson<T>(op: string, what: string, text: string, check: Check<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(op, `${what} is JSON`, cut(text), REMEDY, { cause });
  }
  return check(value, { op, path: what });
}

/** Throws the FormatError of a value that breaks `rule`. */
export function refuse({ op, path }: Place, rule: string, value: unknown): never {
  throw new FormatError(op, `${path} ${rule}`, shown(value), REMEDY);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return cut(JSON.stringify(value));
}

const cut = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

export const text: Check<string> = (value, at) => (typeof value === 'string' ? value : refuse(at, 'is a text', value));

export const flag: Check<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : refuse(at, 'is true or false', value);

/** A finite number in [min, max]. */
export function number(min: number = -Number.MAX_VALUE, max: number = Number.MAX_VALUE): Check<number> {
  return (value, at) => {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    const range = min === -Number.MAX_VALUE ? '' : max === Number.MAX_VALUE ? ` >= ${min}` : ` in [${min}, ${max}]`;
    return refuse(at, `is a number${range}`, value);
  };
}

/** A whole number in [min, max]. */
export function whole(min: number = 0, max: number = Number.MAX_SAFE_INTEGER): Check<number> {
  return (value, at) => {
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    return refuse(at, `is a whole number in [${min}, ${max}]`, value);
  };
}

export function oneOf<const T extends string | number>(...values: readonly T[]): Check<T> {
  return (value, at) => (values.includes(value as T) ? (value as T) : refuse(at, `is ${values.join(' or ')}`, value));
}

/** A list of at least `least` values. */
export function listOf<T>(check: Check<T>, least = 0): Check<T[]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length < least) return refuse(at, `is a list of at least ${least}`, value);
    return value.map((entry, k) => check(entry, { ...at, path: `${at.path}[${k}]` }));
  };
}

/** Values by any names that satisfy `name`. */
export function recordOf<T>(check: Check<T>, name: Check<string> = text): Check<Record<string, T>> {
  return (value, at) => {
    const entries = Object.entries(plain(value, at));
    return Object.fromEntries(
      entries.map(([key, entry]) => [name(key, at), check(entry, { ...at, path: `${at.path}.${cut(key)}` })]),
    );
  };
}

/** An object with exactly these fields; those whose check is optional() may be absent. */
export function object<T>(fields: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> {
  return (value, at) => {
    const given = plain(value, at);
    const other = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
    if (other !== undefined) refuse(at, `has the fields ${Object.keys(fields).join(', ')}`, other);
    const result: Record<string, unknown> = {};
    for (const [key, check] of Object.entries(fields) as [string, Check<unknown>][]) {
      const entry = check(Object.hasOwn(given, key) ? given[key] : undefined, { ...at, path: `${at.path}.${key}` });
      if (entry !== undefined) result[key] = entry;
    }
    return result as T;
  };
}

/** A field that may be absent. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, at) => (value === undefined ? undefined : check(value, at));
}

function plain(value: unknown, at: Place): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(at, 'is an object', value);
}
