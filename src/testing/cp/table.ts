/** The laws of CP decompositions: what each needs, and on which inputs it is tried. */

import fc from 'fast-check';
import type { Real } from '../../dtype.ts';
import { fold, key } from '../../random.ts';
import { type Dense, dense } from '../dense.ts';
import type { LawOf } from '../law.ts';
import { seeds } from '../shapes.ts';
import { noise, noises } from '../tt/samples.ts';
import { cpFullOf } from './components.ts';
import type { CpImpl } from './implementation.ts';
import * as laws from './laws.ts';
import { borderRank, collinear, cpFactors, factorsOf } from './samples.ts';

type Everything = laws.Polyadic<unknown> & laws.Gradients;
export type CpLaw = LawOf<CpImpl<unknown>, Everything>;
type Check = fc.IRawProperty<unknown>;

const modes = { order: [2, 4], size: [1, 5], elements: 400 } as const;
const ranks = fc.integer({ min: 1, max: 4 });
/** How many planted tensors one try of a law about shares of successes looks at. */
const BATCH = 20;
const PLANTED = [6, 5, 4];
const POWERS: Readonly<Record<Real, number>> = { f64: 400, f32: 60 };

function ofTensor(check: (impl: Everything, sample: laws.TensorSample) => void): CpLaw['property'] {
  return (impl, dtype): Check =>
    fc.property(noises({ ...modes, dtype }), ranks, seeds(), (a, rank, seed) => check(impl, { a, rank, seed }));
}

function ofFactors(check: (impl: Everything, sample: laws.FactorSample) => void): CpLaw['property'] {
  return (impl, dtype): Check =>
    fc.property(cpFactors({ ...modes, dtype }), seeds(), (factors, seed) => check(impl, { factors, seed }));
}

/** Factors near others, by a twentieth of random ones. */
function near(factors: readonly Dense[], seed: number, dtype: Real): Dense[] {
  const away = factorsOf(PLANTED, factors[0]!.shape[1]!, seed + 1, dtype);
  return factors.map((a, k) => dense(a.shape, (i) => a.values[i]! + 0.05 * away[k]!.values[i]!));
}

/** The scores of a batch of planted tensors of ranks 1 to 4. */
function scores(impl: Everything, seed: number, dtype: Real, isNear: boolean): number[] {
  return Array.from({ length: BATCH }, (_, k) => {
    const own = (seed % 1e6) + 2 * k;
    const factors = factorsOf(PLANTED, 1 + (k % 4), own, dtype);
    const start = isNear ? { init: near(factors, own, dtype) } : { restarts: 5, lineSearch: true };
    return laws.recovery(impl, { factors, seed: own }, start);
  });
}

/** A tensor of the modes of factors. */
const besides = (factors: readonly Dense[], seed: number, dtype: Real): Dense =>
  noise(
    factors.map(({ shape }) => shape[0]!),
    fold(key(seed), 'besides'),
    dtype,
  );

/** Components in another order, with other scales. */
function shuffleOf(factors: readonly Dense[], seed: number): laws.Shuffle {
  const rank = factors[0]!.shape[1]!;
  const order = Array.from({ length: rank }, (_, q) => (q + seed) % rank);
  const scales = factors.slice(1).map((_, k) => order.map((q) => ((q + k) % 2 === 0 ? -1 : 1) * (q + 0.7)));
  return { order, scales };
}

export const cpTable: readonly CpLaw[] = [
  {
    id: 'CP1',
    says: 'decompose: no sweep raises the error',
    needs: ['decompose', 'history'],
    property: ofTensor((impl, sample) => laws.errorNeverRises(impl, sample, { sweeps: 20 })),
  },
  {
    id: 'CP2a',
    says: 'decompose: the error reported is the error made, to 50 u d |X|',
    needs: ['decompose', 'error', 'factors'],
    property: ofTensor((impl, sample) => laws.errorIsHonest(impl, sample, { sweeps: 10 })),
  },
  {
    id: 'CP2b',
    says: 'decompose({ init }): an exact fit has an error of 100 u',
    needs: ['decompose', 'error'],
    property: ofFactors((impl, sample) => laws.exactFitIsSeen(impl, sample)),
  },
  {
    id: 'CP3',
    says: 'normalize: one form for all orders and scales of components',
    needs: ['normalize', 'fromFactors'],
    property: ofFactors((impl, sample) =>
      laws.canonicalFormIsUnique(impl, sample, shuffleOf(sample.factors, sample.seed)),
    ),
  },
  {
    id: 'CP4a',
    cost: BATCH,
    says: 'decompose({ init }): 19 of 20 planted tensors are found from nearby',
    needs: ['decompose', 'match', 'fromFactors'],
    property: (impl, dtype) => fc.property(seeds(), (seed) => laws.mostAreRecovered(scores(impl, seed, dtype, true))),
  },
  {
    id: 'CP4b',
    cost: 5 * BATCH,
    says: 'decompose({ restarts, lineSearch }): 19 of 20 planted tensors are found in 5 starts',
    needs: ['decompose', 'match', 'fromFactors'],
    property: (impl, dtype) => fc.property(seeds(), (seed) => laws.mostAreRecovered(scores(impl, seed, dtype, false))),
  },
  {
    id: 'CP5',
    cost: 10,
    says: 'decompose({ ridge }): where no best approximation exists, weights are bounded; without, a warning',
    needs: ['decompose', 'factors', 'normalize', 'error', 'warnings'],
    property: (impl) =>
      fc.property(seeds(), (seed) =>
        laws.degeneracyIsBounded(impl, { a: cpFullOf(borderRank(3, seed)), rank: 2, seed }, 1e-2),
      ),
  },
  {
    id: 'CP6a',
    says: 'mttkrp: the tensor times the Khatri-Rao product of the other factors',
    needs: ['mttkrp'],
    property: (impl, dtype) =>
      fc.property(cpFactors({ ...modes, dtype }), seeds(), (factors, seed) =>
        laws.mttkrpIsProduct(impl, besides(factors, seed, dtype), factors),
      ),
  },
  {
    id: 'CP6b',
    says: 'khatriRao: the columnwise Kronecker product',
    needs: ['khatriRao'],
    property: ofFactors((impl, { factors }) => laws.khatriRaoIsProduct(impl, factors)),
  },
  {
    id: 'CP7',
    says: 'gradient: of |X - full(factors)|^2 in each factor',
    needs: ['gradient'],
    property: (impl, dtype) =>
      fc.property(cpFactors({ ...modes, dtype }), seeds(), (factors, seed) =>
        laws.gradientIsRight(impl, besides(factors, seed, dtype), factors),
      ),
  },
  {
    id: 'CP8',
    cost: 5,
    says: 'decompose({ init }): columns with cosines of 0.999 give finite factors, no worse than the first sweep',
    needs: ['decompose', 'factors', 'error', 'history'],
    property: (impl) =>
      fc.property(seeds(), (seed) =>
        laws.collinearityIsBorne(impl, { factors: collinear(PLANTED, 3, 0.999, seed), seed }),
      ),
  },
  {
    id: 'CP9',
    says: 'decompose({ init, sweeps, stop }): rank 1 is the higher-order power method; rank 0 is refused',
    needs: ['decompose', 'factors'],
    property: (impl, dtype) =>
      fc.property(noises({ ...modes, dtype }), seeds(), (a, seed) => {
        laws.rankOneIsPowerMethod(impl, a, factorsOf(a.shape, 1, seed, dtype), 20);
        laws.rankZeroIsRefused(impl, a);
      }),
  },
  {
    id: 'CP10',
    says: 'decompose({ nonnegative }): no element is below 0, and no sweep raises the error',
    needs: ['decompose', 'factors', 'history', 'normalize'],
    property: ofTensor((impl, { a, rank, seed }) =>
      laws.nonnegativeStays(impl, { a: dense(a.shape, (k) => Math.abs(a.values[k]!)), rank, seed }),
    ),
  },
  {
    id: 'CP11',
    says: 'decompose({ init, sweeps, stop }): sweeps are those of the textbook',
    needs: ['decompose', 'factors'],
    property: (impl, dtype) =>
      fc.property(noises({ ...modes, dtype }), ranks, seeds(), (a, rank, seed) =>
        laws.sweepsAreTextbook(impl, a, factorsOf(a.shape, Math.min(rank, ...a.shape), seed, dtype), 3),
      ),
  },
  {
    id: 'CP12',
    says: 'decompose: a power of two goes to the last factor, bit for bit',
    needs: ['decompose', 'factors', 'error'],
    property: (impl, dtype) =>
      fc.property(noises({ ...modes, dtype }), ranks, seeds(), (a, rank, seed) =>
        laws.scaleIsFree(impl, { a, rank, seed }, (seed % 2 === 0 ? 1 : -1) * POWERS[dtype], { sweeps: 5 }),
      ),
  },
  {
    id: 'CP13',
    says: 'decompose: the same seed gives the same bits',
    needs: ['decompose', 'factors'],
    property: ofTensor((impl, sample) => laws.seedsRepeat(impl, sample, { sweeps: 3 })),
  },
];
