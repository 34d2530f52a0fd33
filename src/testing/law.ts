/** Laws: properties over an implementation that the user hands over. */

import type fc from 'fast-check';
import type { Real } from '../dtype.ts';
import { warn } from '../warn.ts';

/** A property, to be run with fast-check: `fc.assert(law.property)`. */
export interface Law {
  /** Such as 'TT11'. */
  readonly id: string;
  /** The id and what holds. */
  readonly name: string;
  /** How many ordinary tries one of this law is worth: such as 20 where it looks at shares of 20 tensors. */
  readonly cost: number;
  readonly property: fc.IRawProperty<unknown>;
}

export interface LawOptions {
  /** The precision of the implementation, which sets inputs and tolerances; default f64. */
  readonly dtype?: Real;
  /** Hears of laws that need functions which the implementation lacks; default a warning. */
  readonly onSkip?: (law: string, missing: readonly string[]) => void;
}

/** A law before it knows the implementation, of which the functions in `needs` are called as those of `Whole`. */
export interface LawOf<Impl, Whole = Required<Impl>> {
  readonly id: string;
  readonly says: string;
  /** The functions without which it cannot be checked. */
  readonly needs: readonly (keyof Impl & string)[];
  /** Default 1. */
  readonly cost?: number;
  /** Only called where the implementation has what the law needs. */
  readonly property: (impl: Whole, dtype: Real) => fc.IRawProperty<unknown>;
}

/** The laws that an implementation can be held to; `whole` is what its functions make for them. */
export function lawsFor<Impl extends object, Whole>(
  family: string,
  table: readonly LawOf<Impl, Whole>[],
  impl: Impl,
  whole: Whole,
  { dtype = 'f64', onSkip = tell(family) }: LawOptions,
): Law[] {
  return table.flatMap(({ id, says, needs, cost = 1, property }) => {
    const name = `${id} ${says}`;
    const missing = needs.filter((each) => typeof impl[each] !== 'function');
    if (missing.length === 0) return [{ id, name, cost, property: property(whole, dtype) }];
    onSkip(name, missing);
    return [];
  });
}

/** An implementation with functions of the laws' own in front; the others are bound, so that methods of classes work. */
export function wholeWith<Whole extends object>(impl: object, own: Readonly<Record<string, unknown>>): Whole {
  const theirs = impl as Record<string | symbol, (...args: unknown[]) => unknown>;
  return new Proxy({} as Whole, {
    get: (_, name) => (typeof name === 'string' && Object.hasOwn(own, name) ? own[name] : theirs[name]!.bind(impl)),
  });
}

const tell =
  (family: string) =>
  (law: string, missing: readonly string[]): void =>
    warn(family, `law ${law} is checked`, `no ${missing.join(', ')}`, 'add it to the implementation, or pass onSkip');

/** The unit roundoff: 2^-53 or 2^-24. */
export function unitOf(dtype: Real): number {
  return dtype === 'f64' ? 1.1102230246251565e-16 : 5.9604644775390625e-8;
}

/** c u, and twice that in single precision. */
export function ulps({ unit }: { readonly unit: number }, c: number): number {
  return c * unit * (unit > 1e-10 ? 2 : 1);
}

/** Throws unless value <= bound; NaN is above everything. */
export function atMost(value: number, bound: number, what: string): void {
  if (!(value <= bound)) throw new Error(`${what} is ${value}, above ${bound}`);
}
