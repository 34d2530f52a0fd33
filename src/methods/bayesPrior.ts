/**
 * Priors over the variance lambda that the components of a bond share, and their closed-form updates: the lambda that
 * minimizes (M / lambda + D log lambda) / 2 - log p(lambda), where M is the sum of squares of the D entries it governs
 * (Hawkins, Liu, Zhang 2022, "Towards compact neural networks via end-to-end training: a Bayesian tensor approach with
 * automatic rank determination"). Modes are those over the deviation sqrt(lambda), but for the inverse gamma.
 */

import { log } from '../math.ts';

/** `logUniform`: 1 / lambda; `halfCauchy`: of scale eta on the deviation; `inverseGamma`: of alpha and beta. */
export type Prior =
  | { readonly kind: 'logUniform' }
  | { readonly kind: 'halfCauchy'; readonly eta: number }
  | { readonly kind: 'inverseGamma'; readonly alpha: number; readonly beta: number };

export const priorKinds: readonly Prior['kind'][] = ['logUniform', 'halfCauchy', 'inverseGamma'];

/** Variances fall no lower, so that their inverses and the squares of these stay finite in f32. */
export const LEAST_VARIANCE = 1e-15;

/** The most likely lambda for D entries whose squares sum to M. */
export function bestVariance(prior: Prior, sumOfSquares: number, entries: number): number {
  return Math.max(LEAST_VARIANCE, minimizer(prior, sumOfSquares, entries));
}

function minimizer(prior: Prior, m: number, d: number): number {
  if (prior.kind === 'logUniform') return m / (d + 1);
  if (prior.kind === 'inverseGamma') return (2 * prior.beta + m) / (d + 2 + 2 * prior.alpha);
  const square = prior.eta * prior.eta;
  const root = Math.sqrt(m * m + square * m * (2 * d + 8) + square * square * d * d);
  const b = square * d - m;
  // The positive root of (d + 2) x^2 + b x - square m, in the form that does not cancel.
  return b > 0 ? (2 * square * m) / (b + root) : (root - b) / (2 * d + 4);
}

/** -log p of a variance, up to a constant. */
export function priorCost(prior: Prior, variance: number): number {
  if (prior.kind === 'logUniform') return log(variance) / 2;
  if (prior.kind === 'inverseGamma') return (prior.alpha + 1) * log(variance) + prior.beta / variance;
  return log(1 + variance / (prior.eta * prior.eta));
}
