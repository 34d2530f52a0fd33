/** Arbitrary shapes, precisions and seeds: what every other arbitrary is drawn from. */

import fc from 'fast-check';
import { type Real, realDtypes } from '../dtype.ts';
import { sizeOf } from '../shape.ts';

export interface ShapeOptions {
  /** Least and greatest number of modes; default 1 to 5. */
  readonly order?: readonly [least: number, most: number];
  /** Least and greatest size of a mode; default 1 to 5. */
  readonly size?: readonly [least: number, most: number];
  /** The most elements of all; default 3125. */
  readonly elements?: number;
}

/** Mode sizes. They shrink to fewer and shorter modes. */
export function shapes({ order = [1, 5], size = [1, 5], elements = 3125 }: ShapeOptions = {}): fc.Arbitrary<number[]> {
  return fc
    .array(fc.integer({ min: size[0], max: size[1] }), { minLength: order[0], maxLength: order[1] })
    .filter((shape) => sizeOf(shape) <= elements);
}

/** f64 and f32. */
export function dtypes(): fc.Arbitrary<Real> {
  return fc.constantFrom<Real>(...[...realDtypes].reverse());
}

/** Whole numbers for seeds and keys. */
export function seeds(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 0x7fffffff });
}

/** The same value, printed by fast-check as `text`. */
export function printed<T extends object>(value: T, text: string): T {
  Object.defineProperty(value, fc.toStringMethod, { value: () => text });
  return value;
}
