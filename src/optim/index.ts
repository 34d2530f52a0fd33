/** Optimizers and schedules: the namespace `optim`. */

export { type AdamOptions, adam, adamw } from './adam.ts';
export { clipScale, globalNorm } from './clip.ts';
export type { AxisChange, Hyper, Leaves, Optimizer, OptimizerState, RankChange } from './optimizer.ts';
export {
  type CosineOptions,
  constant,
  cosine,
  oneCycle,
  type Plateau,
  plateau,
  type Schedule,
  stepDecay,
} from './schedule.ts';
export { type SgdOptions, sgd } from './sgd.ts';
