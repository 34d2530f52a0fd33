/** Which rank: from singular values, from held-out entries, or from a budget that many tensors share. */

export { chop } from '../ops/linalg/chop.ts';
export { type Allocation, allocate, type Budget } from './allocate.ts';
export { type Candidate, type Choice, type CostByRank, fromSpectrum, type SpectrumOptions } from './candidate.ts';
export { type ElbowOptions, elbow } from './elbow.ts';
export { energy, relative } from './energy.ts';
export { type Cut, type Forecast, forecast } from './forecast.ts';
export { type GapOptions, gap } from './gap.ts';
export { type HeldOut, type HeldOutOptions, heldOut } from './heldOut.ts';
export { Spectra } from './spectra.ts';
export type { Spectrum } from './spectrum.ts';
export { formatTradeoff, type TradeoffRow, tradeoff } from './tradeoff.ts';
export { type Vbmf, type VbmfOptions, vbmf, vbmfThreshold } from './vbmf.ts';
