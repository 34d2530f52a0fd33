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
  readonly property: fc.IRawProperty<unknown>;
}

export interface LawOptions {
  /** The precision of the implementation, which sets inputs and tolerances; default f64. */
  readonly dtype?: Real;
  /** Hears of laws that need functions which the implementation lacks; default a warning. */
  readonly onSkip?: (law: string, missing: readonly string[]) => void;
}

/** A law before it knows the implementation. */
export interface LawOf<Impl> {
  readonly id: string;
  readonly says: string;
  /** The functions without which it cannot be checked. */
  readonly needs: readonly (keyof Impl & string)[];
  /** Only called where the implementation has what the law needs. */
  readonly property: (impl: Required<Impl>, dtype: Real) => fc.IRawProperty<unknown>;
}

/** The laws that an implementation can be held to. */
export function lawsFor<Impl extends object>(
  family: string,
  table: readonly LawOf<Impl>[],
  impl: Impl,
  { dtype = 'f64', onSkip = tell(family) }: LawOptions,
): Law[] {
  return table.flatMap(({ id, says, needs, property }) => {
    const name = `${id} ${says}`;
    const missing = needs.filter((each) => typeof impl[each] !== 'function');
    if (missing.length === 0) return [{ id, name, property: property(impl as Required<Impl>, dtype) }];
    onSkip(name, missing);
    return [];
  });
}

const tell =
  (family: string) =>
  (law: string, missing: readonly string[]): void =>
    warn(family, `law ${law} is checked`, `no ${missing.join(', ')}`, 'add it to the implementation, or pass onSkip');

/** The unit of tolerances: 2^-53 in f64; in f32 2^-24, twice, as constants are doubled there. */
export function unitOf(dtype: Real): number {
  return dtype === 'f64' ? 1.1102230246251565e-16 : 1.1920928955078125e-7;
}

/** Throws unless `value` is at most `limit`; NaN is above everything. */
export function atMost(value: number, limit: number, what: string): void {
  if (!(value <= limit)) throw new Error(`${what} is at most ${limit}; got ${value}`);
}
