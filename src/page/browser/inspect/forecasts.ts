/** What the page computes itself: ranks, sizes and errors of formats at the error that the reader asks for. */

import { type Forecast, forecast } from '../../../select/forecast.ts';
import type { Offer, PageData, PageTensor } from '../../data.ts';

/** A format for one tensor at one error. */
export interface Choice extends Forecast {
  readonly format: string;
}

export function choiceOf({ unfoldings }: PageTensor, { format, net, modes, cuts }: Offer, eps: number): Choice {
  const spectra = cuts.map(({ bond, unfolding }) => ({ bond, values: unfoldings[unfolding]!.values }));
  return { format, ...forecast({ net, modes }, spectra, eps) };
}

/** The formats of a tensor, smallest first. */
export function choicesOf(tensor: PageTensor, eps: number): Choice[] {
  const choices = tensor.formats.map((offer) => choiceOf(tensor, offer, eps));
  return choices.sort((a, b) => a.parameters - b.parameters);
}

/** Stored elements of the whole file where each tensor takes its smallest format, or stays as it is. */
export function smallest(data: PageData, eps: number): { parameters: number; before: number } {
  let [parameters, before] = [0, 0];
  for (const tensor of data.tensors) {
    before += tensor.parameters;
    parameters += Math.min(tensor.parameters, choicesOf(tensor, eps)[0]?.parameters ?? tensor.parameters);
  }
  return { parameters, before };
}

/** Errors from 1 to 1e-6, four a decade: where curves of size against error are drawn. */
export const GRID: readonly number[] = Array.from({ length: 25 }, (_, k) => 10 ** (-k / 4));
