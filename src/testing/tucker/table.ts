/** The laws of Tucker decompositions: what each needs, and on which inputs it is tried. */

import fc from 'fast-check';
import type { Real } from '../../dtype.ts';
import { fold, key } from '../../random.ts';
import { sizeOf } from '../../shape.ts';
import type { Dense } from '../dense.ts';
import type { LawOf } from '../law.ts';
import { seeds } from '../shapes.ts';
import { factoreds } from '../tensors.ts';
import { noise, noises } from '../tt/samples.ts';
import type { Everything, TuckerImpl } from './implementation.ts';
import * as laws from './laws.ts';

export type TuckerLaw = LawOf<TuckerImpl, Everything>;
type Check = fc.IRawProperty<unknown>;

const EPS = [0, 1e-14, 1e-10, 1e-6, 1e-3, 0.1, 0.5];
const FALLING = [0.7, 0.5, 0.1, 1e-2, 1e-3];
const POWERS: Readonly<Record<Real, number>> = { f64: 400, f32: 60 };
const METHODS = ['hosvd', 'sthosvd', 'hooi'] as const;
/** Pairs of formats, of which the second holds all tensors of the first with the ranks of a tree. */
const CONVERSIONS = [
  ['cp', 'tucker'],
  ['cp', 'tt'],
  ['tucker', 'tt'],
  ['tt', 'tucker'],
] as const;
const modes = { order: [1, 5], size: [1, 5], elements: 1024 } as const;
const wanted = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 5 });

/** What is wanted of each mode, as far as the mode and the others together can have it. */
const rankOf = (sizes: readonly number[], list: readonly number[]): number[] =>
  sizes.map((n, k) => Math.min(n, sizeOf(sizes) / n, list[k]!));

function ofRanks(check: (impl: Everything, a: Dense, rank: number[], seed: number) => void): TuckerLaw['property'] {
  return (impl, dtype): Check =>
    fc.property(noises({ ...modes, dtype }), wanted, seeds(), (a, list, seed) =>
      check(impl, a, rankOf(a.shape, list), seed),
    );
}

function ofEps(check: (impl: Everything, a: Dense, eps: number) => void): TuckerLaw['property'] {
  return (impl, dtype): Check =>
    fc.property(noises({ ...modes, dtype }), fc.constantFrom(...EPS), (a, eps) => check(impl, a, eps));
}

/** A random core and factors of feasible ranks. */
function planted(sizes: readonly number[], rank: readonly number[], seed: number, dtype: Real): laws.Planted {
  const factors = sizes.map((n, k) => noise([n, rank[k]!], fold(key(seed), 'factor', k), dtype));
  return { core: noise(rank, fold(key(seed), 'core'), dtype), factors };
}

/** One law for each method. */
const byMethod = (
  id: string,
  says: string,
  property: (method: laws.TuckerMethod) => TuckerLaw['property'],
): TuckerLaw[] =>
  METHODS.map((method, k) => ({
    ...{ id: `${id}${'abc'[k]!}`, says: `${method}: ${says}`, needs: [method], property: property(method) },
  }));

const products: TuckerLaw['property'] = (impl, dtype): Check =>
  fc.property(noises({ ...modes, elements: 300, dtype }), seeds(), fc.nat(), fc.nat(), (a, seed, i, j) => {
    const [k, l] = [i % a.shape.length, j % a.shape.length];
    const u = noise([1 + (seed % 4), a.shape[k]!], fold(key(seed), 'u'), dtype);
    const v = noise([3, k === l ? u.shape[0]! : a.shape[l]!], fold(key(seed), 'v'), dtype);
    laws.modeProductsCompose(impl, a, [k, l], u, v);
  });

const conversions: TuckerLaw['property'] = (impl, dtype): Check =>
  fc.property(
    fc
      .constantFrom(...CONVERSIONS)
      .chain(([from, to]) =>
        fc.tuple(factoreds(from, { order: [1, 4], size: [1, 4], rank: [1, 3], dtype }), fc.constant(to)),
      ),
    ([x, to]) => laws.conversionsKeepFull(impl, impl.from(x), to),
  );

export const tuckerTable: readonly TuckerLaw[] = [
  {
    id: 'TK1',
    says: 'hosvd: at given ranks the error lies between the largest tail and the root of their squares',
    needs: ['hosvd'],
    property: ofRanks((impl, a, rank) => laws.hosvdIsQuasiOptimal(impl, a, rank)),
  },
  {
    id: 'TK2',
    says: 'sthosvd: the error reported, of what was discarded, is the error made, to 20 u N n',
    needs: ['sthosvd'],
    property: ofRanks((impl, a, rank) => laws.sthosvdKnowsItsError(impl, a, { rank })),
  },
  ...byMethod('TK3', 'n^2 = |core|^2 + error^2, to 25 u N n^2', (method) =>
    ofRanks((impl, a, rank) => laws.squaresAddUp(impl, a, { method, rank })),
  ),
  {
    id: 'TK4',
    says: 'hosvd: slices of the whole core are orthogonal, their norms the singular values of the modes',
    needs: ['hosvd'],
    property: ofEps((impl, a) => laws.coreIsAllOrthogonal(impl, a)),
  },
  ...byMethod('TK5', 'factors have orthonormal columns, to 40 u n_k', (method) =>
    ofRanks((impl, a, rank) => laws.factorsAreOrthonormal(impl, a, { method, rank })),
  ),
  {
    id: 'TK6',
    says: 'modeProduct: products in two modes commute, in one they are the product of the matrices',
    needs: ['modeProduct'],
    property: products,
  },
  {
    id: 'TK7',
    says: 'hooi: no sweep raises the error, and the last is at most that of hosvd',
    needs: ['hooi', 'hosvd'],
    property: ofRanks((impl, a, rank) => laws.hooiDescends(impl, a, rank)),
  },
  ...byMethod(
    'TK8',
    'a tensor of exact ranks leaves no error, 50 u N n',
    (method) =>
      (impl, dtype): Check =>
        fc.property(noises({ ...modes, dtype }), wanted, seeds(), ({ shape }, list, seed) =>
          laws.exactRanksAreExactBy(impl, planted(shape, rankOf(shape, list), seed, dtype), method),
        ),
  ),
  {
    id: 'TK9',
    says: 'hosvd: modes in another order give the result in that order',
    needs: ['hosvd'],
    property: ofRanks((impl, a, rank, seed) =>
      laws.modesPermute(
        impl,
        a,
        a.shape.map((_, k) => (k + seed) % a.shape.length),
        rank,
      ),
    ),
  },
  {
    id: 'TK10',
    says: 'convert: between CP, Tucker and tensor trains the full tensor stays, to 50 u d n',
    needs: ['from', 'full', 'convert'],
    property: conversions,
  },
  ...byMethod('TK11', '|X - full| <= eps |X| + 50 u N n, and the error reported is the one made', (method) =>
    ofEps((impl, a, eps) => laws.errorIsWithinEps(impl, a, eps, method)),
  ),
  {
    id: 'TK12',
    says: 'hosvd: a smaller eps never gives smaller ranks',
    needs: ['hosvd'],
    property: ofEps((impl, a) => laws.ranksGrow(impl, a, FALLING)),
  },
  ...byMethod(
    'TK13',
    'a power of two goes to the core, bit for bit',
    (method) =>
      (impl, dtype): Check =>
        fc.property(noises({ ...modes, dtype }), wanted, fc.constantFrom(-1, 1), (a, list, sign) =>
          laws.powersPassThrough(impl, a, { method, rank: rankOf(a.shape, list) }, sign * POWERS[dtype]),
        ),
  ),
];
