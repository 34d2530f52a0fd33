/** What a decomposition returns: a low-rank tensor that also knows how it came about. */

import { Factored } from '../formats/network.ts';

/** How a decomposition went. */
export interface Report {
  /** |A - full(x)| / |A| in the Frobenius norm; over the known entries where a mask was given. */
  readonly error: number;
  /** Whether `error` was estimated rather than computed: from samples, or too small for the formula that gave it. */
  readonly estimated: boolean;
  /** The error after each step or sweep. */
  readonly history: readonly number[];
  /** False where an iteration ended at its limit. */
  readonly converged: boolean;
  /** What a careful reader should know, such as a degenerate component. */
  readonly warnings: readonly string[];
  /** Entries of the tensor that were asked for; of functions and samples. */
  readonly evaluations?: number;
  /** The error that each start ended with, where there were several. */
  readonly restarts?: readonly number[];
  /** The relative error on entries that were held out. */
  readonly heldOut?: number;
}

/** A low-rank tensor with its report. Trees built from it, and files, keep the tensor alone. */
export class Decomposed extends Factored {
  readonly report: Report;

  constructor(x: Factored, report: Pick<Report, 'error'> & Partial<Report>) {
    super(x.format, x.net, x.axes, x.parts);
    this.report = { estimated: false, history: [report.error], converged: true, warnings: [], ...report };
  }
}
