/** Dense tensors and trains in plain numbers are those of rankwise/testing. */

export * from '../../src/testing/dense.ts';
export * from '../../src/testing/tt/cores.ts';
