/** The laws of CP decompositions are those of rankwise/testing. */

export * from '../../src/testing/cp/laws.ts';
