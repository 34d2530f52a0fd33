/** Tucker tensors in plain numbers: those of rankwise/testing. */

export * from '../../src/testing/tucker/parts.ts';
