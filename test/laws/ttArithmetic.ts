/** The laws of the arithmetic of tensor trains are those of rankwise/testing. */

export * from '../../src/testing/tt/arithmetic.ts';
