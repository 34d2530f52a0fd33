/** Tensor trains, from dense tensors and from functions, and their arithmetic: the namespace `tt`. */

export * from '../../tt/index.ts';
export { cross } from './cross.ts';
export type { CrossOptions } from './crossPlan.ts';
export { holdOut, type Samples } from '../samples.ts';
export { complete, type TtCompleteOptions } from './complete.ts';
export { decompose } from './decompose.ts';
export { type Maxvol, type MaxvolOptions, maxvol } from './maxvol.ts';
export type { TrainMethodOptions } from './method.ts';
export type { Entries } from './sampler.ts';
