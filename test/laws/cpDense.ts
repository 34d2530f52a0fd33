/** CP tensors in plain numbers: those of rankwise/testing. */

export * from '../../src/testing/cp/components.ts';
