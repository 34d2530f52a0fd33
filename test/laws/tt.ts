/** The laws of tensor trains are those of rankwise/testing. */

export * from '../../src/testing/tt/laws.ts';
