/** The laws of what is decomposed, rounded and orthogonalized: what each needs, and on which inputs it is tried. */

import fc from 'fast-check';
import { seeds } from '../shapes.ts';
import { resultsRepeat } from './arithmetic.ts';
import { ranksOfCores } from './cores.ts';
import { dense, EXACT, exact, ofDense, ofPair, ofTrain, POWERS, ROUNDED, some, type TrainLaw } from './inputs.ts';
import * as laws from './laws.ts';
import { gaugeOf, noises, trains } from './samples.ts';

export const decompositionLaws: readonly TrainLaw[] = [
  {
    id: 'TT1',
    says: 'decompose: |X - T| <= eps |X| + 50 u d |X|',
    needs: ['decompose', 'full'],
    property: ofDense((impl, a, eps) => laws.errorIsGlobal(impl, { a, eps })),
  },
  {
    id: 'TT2',
    says: 'decompose: the error reported is the error made, to 50 u d |X|',
    needs: ['decompose', 'full', 'error'],
    property: ofDense((impl, a, eps) => laws.errorIsReported(impl, { a, eps })),
  },
  {
    id: 'TT3',
    says: 'decompose: at given ranks the error is within sqrt(d - 1) of the smallest',
    needs: ['decompose', 'cores', 'full'],
    property: (impl, dtype) =>
      fc.property(noises({ order: [2, 5], elements: 625, dtype }), some([1, 2, 3, 4]), (a, most) => {
        const ranks = laws.rankBounds(a.shape).map((bound, k) => Math.min(bound, 1 + ((most + k) % 4)));
        laws.fixedRankIsQuasiOptimal(impl, a, ranks);
      }),
  },
  {
    id: 'TT4',
    says: 'decompose: no rank above those of an exact train',
    needs: ['decompose', 'cores'],
    property: (impl, dtype) =>
      fc.property(exact(dtype), some(EXACT[dtype]), (cores, eps) => laws.ranksAreRecovered(impl, { cores, eps })),
  },
  {
    id: 'TT5',
    says: 'decompose: every core but the last has orthonormal columns, to 30 u r n',
    needs: ['decompose', 'cores'],
    property: ofDense((impl, a, eps) => laws.coresAreOrthogonal(impl, impl.decompose(a, { eps }).x)),
  },
  {
    id: 'TT10',
    says: 'norm: of a difference of equal tensors in other gauges it is 900 u of the terms',
    needs: ['fromCores', 'sub', 'norm'],
    property: ofTrain((impl, a, seed) => laws.normsSurviveCancellation(impl, a, gaugeOf(ranksOfCores(a), seed))),
  },
  {
    id: 'TT11',
    says: 'round: |x - round(x)| <= eps |x| + 50 u d |x|',
    needs: ['round', 'fromCores', 'full'],
    property: (impl, dtype) =>
      fc.property(trains({ dtype, size: [1, 4] }), some(ROUNDED[dtype]), (cores, eps) =>
        laws.roundingKeepsEps(impl, { cores, eps }),
      ),
  },
  {
    id: 'TT12',
    says: 'round: x + x has the ranks of x; an absolute error takes those of x - x',
    needs: ['round', 'add', 'sub', 'norm', 'cores', 'fromCores'],
    property: (impl, dtype) =>
      fc.property(exact(dtype), some(EXACT[dtype]), (cores, eps) => laws.roundingUndoesSums(impl, { cores, eps })),
  },
  {
    id: 'TT13',
    says: 'round: again, to half the error, it keeps the ranks',
    needs: ['round', 'cores', 'fromCores'],
    property: (impl, dtype) =>
      fc.property(exact(dtype), some(EXACT[dtype]), (cores, eps) => laws.roundingIsIdempotent(impl, { cores, eps })),
  },
  {
    id: 'TT14',
    says: 'full: G and its inverse between cores change 10 kappa u d |x|',
    needs: ['fromCores', 'full'],
    property: (impl, dtype) =>
      fc.property(trains({ dtype, size: [1, 4] }), seeds(), some([1, 1e3]), (a, seed, condition) =>
        laws.gaugeIsFree(impl, a, gaugeOf(ranksOfCores(a), seed, condition)),
      ),
  },
  {
    id: 'TT15',
    says: 'orthogonalize: the tensor stays, the center has its norm, its sides are orthonormal',
    needs: ['orthogonalize', 'fromCores', 'cores', 'full'],
    property: ofTrain((impl, a, seed) => laws.orthogonalizationIsGauge(impl, a, seed % a.length)),
  },
  {
    id: 'TT16',
    says: 'ranks: bounded by the modes after rounding; of sums and products at most sums and products',
    needs: ['round', 'add', 'hadamard', 'cores', 'fromCores'],
    property: ofPair((impl, a, b) => laws.ranksAreBounded(impl, a, b)),
  },
  {
    id: 'TT17',
    says: 'full: the order of contraction changes 20 u d times the norms of the cores',
    needs: ['fromCores', 'full'],
    property: ofTrain((impl, a) => laws.contractionsAgree(impl, a)),
  },
  {
    id: 'TT20',
    says: 'decompose: a power of two changes the cores by powers of two, bit for bit',
    needs: ['decompose', 'cores'],
    property: (impl, dtype) =>
      fc.property(dense(dtype), some([1e-3, 0.1]), some([-1, 1]), (a, eps, sign) =>
        laws.scaleIsExact(impl, { a, eps }, sign * POWERS[dtype]),
      ),
  },
  {
    id: 'TT21',
    says: 'decompose: a smaller eps never gives smaller ranks',
    needs: ['decompose', 'cores'],
    property: ofDense((impl, a) => laws.ranksAreMonotone(impl, a, [0.5, 0.1, 1e-2, 1e-3])),
  },
  {
    id: 'TT22',
    says: 'decompose: one mode is exact, two are the SVD, modes of size 0 are refused',
    needs: ['decompose', 'cores', 'full'],
    property: (impl, dtype) =>
      fc.property(noises({ order: [1, 2], size: [1, 8], dtype }), some([1, 2, 3]), (a, most) =>
        laws.fewModesAreKnown(impl, a, most),
      ),
  },
  {
    id: 'TT24',
    says: 'decompose: the same call gives the same bits',
    needs: ['decompose', 'cores'],
    property: ofDense((impl, a, eps) => resultsRepeat(impl, a, eps)),
  },
];
