/** Tensor trains, from dense tensors and from functions, and their arithmetic: the namespace `tt`. */

export * from '../../tt/index.ts';
export { decompose } from './decompose.ts';
