/** What an allocator chooses from: for each tensor the ranks it could have, with what each loses and costs. */

import { FormatError, NonFiniteError, RankError } from '../errors.ts';
import { checkRange, type Spectrum, spectrumOf } from './spectrum.ts';

/** One form that a tensor could have. */
export interface Choice {
  /** A rank, or ranks by bond; 'dense' where the tensor stays as it is. */
  readonly rank: number | readonly number[] | 'dense';
  /** The squared error, weighted: losses of several tensors add up. */
  readonly loss: number;
  /** Stored elements. */
  readonly params: number;
  /** Operations of one use; 0 where not given. */
  readonly flops: number;
  /** Stored bytes; 0 where not given. */
  readonly bytes: number;
}

/** A tensor among those that share a budget. */
export interface Candidate {
  readonly name: string;
  /** The weighted square of its norm: what would be lost without it. */
  readonly energy: number;
  readonly choices: readonly Choice[];
}

/** A cost by rank: a number is one a rank. */
export type CostByRank = number | ((rank: number) => number);

export interface SpectrumOptions {
  /** Stored elements: rows + columns for two factors, or a function of the rank. */
  readonly params: CostByRank;
  /** Operations of one use. */
  readonly flops?: CostByRank;
  readonly bytes?: CostByRank;
  /**
   * How much a squared error of this tensor counts; default 1. An input covariance C of a layer is no factor: pass the
   * singular values of W C^(1/2) instead, then losses are mean squared errors of the layer's output.
   */
  readonly weight?: number;
  /** The ranks on offer; default 1, 2, ..., the number of singular values. 0 drops the tensor. */
  readonly ranks?: readonly number[];
  /** What the tensor costs as it is, where it may stay so; it then loses nothing. */
  readonly dense?: Partial<Pick<Choice, 'params' | 'flops' | 'bytes'>>;
}

/**
 * The choices of a matrix with singular values `s`: at rank r it loses weight * (s_{r+1}^2 + s_{r+2}^2 + ...).
 * Throws RankError for ranks that the spectrum does not have, FormatError for negative costs or weights.
 */
export function fromSpectrum(name: string, s: Spectrum, options: SpectrumOptions): Candidate {
  const values = spectrumOf('fromSpectrum', s);
  const { params, flops = 0, bytes = 0, weight = 1, ranks = values.map((_, k) => k + 1), dense } = options;
  checkRange('fromSpectrum', 'the weight', weight, 0, Number.MAX_VALUE);
  const losses = new Float64Array(values.length + 1);
  for (let r = values.length - 1; r >= 0; r--) losses[r] = losses[r + 1]! + values[r]! * values[r]!;
  const choices = Array.from(ranks, (rank): Choice => {
    if (!Number.isSafeInteger(rank) || rank < 0 || rank > values.length) {
      const rule = `a rank is a whole number in 0..${values.length}`;
      throw new RankError('fromSpectrum', rule, String(rank), 'offer ranks of the spectrum');
    }
    const costs = { params: costOf(params, rank), flops: costOf(flops, rank), bytes: costOf(bytes, rank) };
    return { rank, loss: weight * losses[rank]!, ...costs };
  });
  if (dense !== undefined) choices.push({ rank: 'dense', loss: 0, params: 0, flops: 0, bytes: 0, ...dense });
  const candidate = { name, energy: weight * losses[0]!, choices };
  checkCandidate('fromSpectrum', candidate);
  return candidate;
}

function costOf(cost: CostByRank, rank: number): number {
  return typeof cost === 'number' ? cost * rank : cost(rank);
}

/**
 * Throws RankError for a candidate without choices, NonFiniteError or FormatError for numbers that are no losses >= 0
 * or costs: whole numbers, so that sums of them are exact and a budget is never passed by a rounding.
 */
export function checkCandidate(op: string, { name, energy, choices }: Candidate): void {
  if (choices.length === 0) throw new RankError(op, 'a tensor has choices', `none for ${name}`, 'offer a rank');
  checkLoss(op, name, energy);
  for (const { loss, params, flops, bytes } of choices) {
    checkLoss(op, name, loss);
    for (const [what, cost] of Object.entries({ params, flops, bytes })) {
      if (Number.isSafeInteger(cost) && cost >= 0) continue;
      throw new FormatError(op, 'costs are whole numbers >= 0', `${what} ${cost} of ${name}`, 'round them');
    }
  }
}

function checkLoss(op: string, name: string, loss: number): void {
  if (loss >= 0 && loss < Number.POSITIVE_INFINITY) return;
  throw new NonFiniteError(op, 'losses are finite and >= 0', `${loss} of ${name}`, 'scale the tensor');
}
