/** The laws of arithmetic with trains: what each needs, and on which inputs it is tried. */

import fc from 'fast-check';
import * as laws from './arithmetic.ts';
import { foldOf, ofMatrix, ofPair, ofTrain, orderOf, places, type TrainLaw } from './inputs.ts';
import { matvecIsProduct, transposeIsTranspose } from './matrices.ts';
import { trains } from './samples.ts';

export const arithmeticLaws: readonly TrainLaw[] = [
  {
    id: 'TT6',
    says: 'add, sub: sums and differences of the tensors; ranks add, the outermost stay 1',
    needs: ['add', 'sub', 'fromCores', 'cores', 'full'],
    property: ofPair((impl, a, b) => laws.sumsAreSums(impl, a, b)),
  },
  {
    id: 'TT7a',
    says: 'scale: multiples of the tensor',
    needs: ['scale', 'fromCores', 'full'],
    property: ofTrain((impl, a, seed) => laws.multiplesAreMultiples(impl, a, seed % 2 === 0 ? -1.5 : 0.375)),
  },
  {
    id: 'TT7b',
    says: 'hadamard: entrywise products; ranks multiply',
    needs: ['hadamard', 'fromCores', 'cores', 'full'],
    property: ofPair((impl, a, b) => laws.hadamardIsProduct(impl, a, b), 4),
  },
  {
    id: 'TT7c',
    says: 'outer: the modes of one after those of the other',
    needs: ['outer', 'fromCores', 'full'],
    property: ofPair((impl, a, b) => laws.outerIsProduct(impl, a, b), 3),
  },
  {
    id: 'TT7d',
    says: 'kron: Kronecker products mode by mode',
    needs: ['kron', 'fromCores', 'full'],
    property: ofPair((impl, a, b) => laws.kronIsProduct(impl, a, b), 3),
  },
  {
    id: 'TT7e',
    says: 'matvec: the product of the matrix with the tensor',
    needs: ['matvec', 'matrixFromCores', 'fromCores', 'full'],
    property: ofMatrix((impl, A, x) => matvecIsProduct(impl, A, x)),
  },
  {
    id: 'TT7f',
    says: 'matrixTranspose: rows become columns',
    needs: ['matrixTranspose', 'matrixFromCores', 'matrixFull'],
    property: ofMatrix((impl, A) => transposeIsTranspose(impl, A)),
  },
  {
    id: 'TT8',
    says: 'dot: the sum of products, to 8 u d |a| |b|',
    needs: ['dot', 'fromCores'],
    property: ofPair((impl, a, b) => laws.dotIsDot(impl, a, b)),
  },
  {
    id: 'TT9',
    says: 'norm: that of the tensor, and the root of dot(x, x), to 30 u |x|',
    needs: ['norm', 'dot', 'fromCores'],
    property: ofTrain((impl, a) => laws.normIsNorm(impl, a)),
  },
  {
    id: 'TT18a',
    says: 'split, merge: modes that are cut and merged again have the same numbers',
    needs: ['split', 'merge', 'fromCores', 'cores'],
    property: (impl, dtype) =>
      fc.property(trains({ dtype, size: [1, 6], order: [1, 4] }), (a) => laws.cutsComeBack(impl, a, foldOf(a))),
  },
  {
    id: 'TT18b',
    says: 'permute: modes in another order, and back',
    needs: ['permute', 'fromCores', 'full'],
    property: ofTrain((impl, a, seed) => laws.ordersComeBack(impl, a, orderOf(a, seed))),
  },
  {
    id: 'TT19a',
    says: 'element: entries of the tensor',
    needs: ['element', 'fromCores'],
    property: ofTrain((impl, a, seed) => laws.entriesAreEntries(impl, a, places(a, seed))),
  },
  {
    id: 'TT19b',
    says: 'gather: lists of entries',
    needs: ['gather', 'fromCores'],
    property: ofTrain((impl, a, seed) => laws.listsAreEntries(impl, a, places(a, seed))),
  },
  {
    id: 'TT19c',
    says: 'slice: slices along each mode',
    needs: ['slice', 'fromCores', 'full'],
    property: ofTrain((impl, a, seed) => laws.slicesAreSlices(impl, a, places(a, seed))),
  },
  {
    id: 'TT19d',
    says: 'sum: the sum of all entries',
    needs: ['sum', 'fromCores'],
    property: ofTrain((impl, a) => laws.sumIsSum(impl, a)),
  },
  {
    id: 'TT19e',
    says: 'sumOver: sums along each mode',
    needs: ['sumOver', 'fromCores', 'full'],
    property: ofTrain((impl, a) => laws.sumsAreSumsOver(impl, a)),
  },
  {
    id: 'TT23',
    says: 'bytes, parse: the same bits come back',
    needs: ['bytes', 'parse', 'fromCores', 'cores'],
    property: ofTrain((impl, a) => laws.bytesComeBack(impl, a)),
  },
];
