/** The laws of Tucker decompositions are those of rankwise/testing. */

export * from '../../src/testing/tucker/laws.ts';
