/** Runs the factorizations over the zoo and tells the worst ratio that each quantity attained on each type of matrix. */

import { type Real, realDtypes } from '../dtype.ts';
import { FormatError, NonFiniteError } from '../errors.ts';
import { tensor } from '../tensor/create.ts';
import { scope } from '../tensor/scope.ts';
import type { Ratios } from './factorRatios.ts';
import { type Factorization, factorizations } from './factorizations.ts';
import { contract, limitOf } from './limits.ts';
import { broken } from './ratios.ts';
import { fits, type Size } from './sizes.ts';
import { sizesOf, type ZooMatrix, zooMatrix, zooNames } from './zoo.ts';

/** One factorization of one matrix. */
export interface ContractCase {
  readonly factorization: string;
  /** The type of matrix. */
  readonly type: string;
  readonly m: number;
  readonly n: number;
  readonly dtype: Real;
  readonly ratios: Ratios;
  /** What was thrown where nothing should be. */
  readonly trouble?: string;
}

/** The worst of one quantity over all sizes of one type of matrix. */
export interface Attained {
  readonly quantity: string;
  readonly type: string;
  readonly dtype: Real;
  readonly ratio: number;
  readonly limit: number;
  readonly report: number;
  /** Where it was attained. */
  readonly m: number;
  readonly n: number;
  readonly trouble?: string;
  /** Whether ratio <= limit. */
  readonly ok: boolean;
}

/** The sizes of a look of two seconds. */
export const quickSizes: readonly Size[] = [
  ...[0, 1, 3].map((n): Size => [n, n]),
  ...[
    [1, 5],
    [5, 1],
    [10, 16],
    [16, 10],
    [30, 30],
  ].map(([m, n]): Size => [m!, n!]),
];

export interface ContractOptions {
  /** Types of matrices; default all of the zoo. */
  readonly names?: readonly string[];
  /** Sizes, of which every type takes those that make sense for it; default its own. */
  readonly sizes?: readonly Size[];
  /** Default f64 and f32. */
  readonly dtypes?: readonly Real[];
  /** Names of factorizations; default all. */
  readonly only?: readonly string[];
  /** Called after each factorization of each matrix. */
  readonly onCase?: (done: ContractCase) => void;
}

export interface ContractResult {
  /** By quantity in the order of the contract, then dtype and type. */
  readonly attained: readonly Attained[];
  /** Factorizations that were made. */
  readonly cases: number;
  /** Whether every ratio kept to its limit. */
  readonly ok: boolean;
}

/**
 * The accuracy contract over the zoo, or a part of it. Nothing is thrown for a broken promise: it is told.
 * Throws FormatError for unknown names.
 */
export function checkContract({
  names = zooNames,
  sizes,
  dtypes = realDtypes,
  only,
  onCase,
}: ContractOptions = {}): ContractResult {
  const chosen = chosenFrom(only);
  const worst = new Map<string, Attained>();
  let cases = 0;
  for (const dtype of dtypes) {
    for (const type of names) {
      for (const [m, n] of sizes?.filter((size) => fits(type, size)) ?? sizesOf(type)) {
        const a = zooMatrix(type, m, n, dtype);
        for (const factorization of chosen) {
          const operand = factorization.operand === undefined ? a : factorization.operand(a);
          if (operand === null) continue;
          const done = caseOf(factorization, operand);
          cases++;
          note(worst, done);
          onCase?.(done);
        }
      }
    }
  }
  const attained = [...worst.values()].sort((x, y) => placeOf(x) - placeOf(y));
  return { attained, cases, ok: attained.every(({ ok }) => ok) };
}

const places = new Map(contract.map(({ quantity }, k) => [quantity, k]));
const placeOf = ({ quantity }: Attained): number => places.get(quantity)!;

function chosenFrom(only: readonly string[] | undefined): readonly Factorization[] {
  for (const name of only ?? []) {
    if (factorizations.some((f) => f.name === name)) continue;
    const all = factorizations.map((f) => f.name).join(', ');
    throw new FormatError('checkContract', 'a factorization is one of the contract', `'${name}'`, `choose from ${all}`);
  }
  return only === undefined ? factorizations : factorizations.filter(({ name }) => only.includes(name));
}

/** A factorization that throws has broken its first promise, and the type tells it by that name. */
function caseOf({ name, call, judge }: Factorization, a: ZooMatrix): ContractCase {
  const { m, n, dtype } = a;
  const where = { factorization: name, type: a.name, m, n, dtype };
  const x = (): ReturnType<typeof tensor> => tensor(a.values, [m, n]);
  if (a.refused) {
    const thrown = errorOf(() => scope(() => void call(x())));
    if (thrown instanceof NonFiniteError) return { ...where, ratios: { refused: 0 } };
    const trouble = thrown === undefined ? `${name} took it` : String(thrown);
    return { ...where, ratios: { refused: broken(dtype) }, trouble };
  }
  try {
    return { ...where, ratios: scope(() => judge(a, x())) };
  } catch (thrown) {
    const first = contract.find(({ quantity }) => quantity.startsWith(`${name}.`))!;
    return { ...where, ratios: { [first.quantity]: broken(dtype) }, trouble: String(thrown) };
  }
}

function errorOf(body: () => unknown): unknown {
  try {
    body();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

/** Keeps the case that lies highest above, or closest below, its limit. */
function note(worst: Map<string, Attained>, { type, m, n, dtype, ratios, trouble }: ContractCase): void {
  for (const [quantity, ratio] of Object.entries(ratios)) {
    const { limit, report } = limitOf(quantity, Math.min(m, n));
    const at = `${quantity} ${dtype} ${type}`;
    const before = worst.get(at);
    const told = trouble === undefined ? {} : { trouble };
    const row = { quantity, type, dtype, ratio, limit, report, m, n, ...told, ok: ratio <= limit };
    if (before === undefined || shareOf(row) > shareOf(before)) worst.set(at, row);
  }
}

/** How close to its limit a row came; beyond 1 it is broken. */
export function shareOf({ ratio, limit }: Attained): number {
  return limit === 0 ? ratio : ratio / limit;
}

/** Of each quantity and dtype the row closest to its limit, in the order of the contract. */
export function closest(attained: readonly Attained[]): Attained[] {
  const rows = new Map<string, Attained>();
  for (const row of attained) {
    const at = `${row.quantity} ${row.dtype}`;
    const before = rows.get(at);
    if (before === undefined || shareOf(row) > shareOf(before)) rows.set(at, row);
  }
  return [...rows.values()].sort((x, y) => placeOf(x) - placeOf(y));
}
