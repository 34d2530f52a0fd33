/**
 * What the report of `rankwise compare` is given: the runs of several methods on one task, as plain data. The HTML page
 * (browser/compare/) and the event files of TensorBoard (io/tensorboard.ts) compute everything else from it.
 */

export interface CompareData {
  readonly title: string;
  readonly data: string;
  readonly model: string;
  readonly version: string;
  readonly runs: readonly CompareRun[];
}

export interface CompareRun {
  /** What tells it from other methods and settings: 'dlrt tucker tau=0.2'. Runs of several seeds share it. */
  readonly label: string;
  readonly method: string;
  readonly format: string;
  readonly seed: number;
  /** Whether it is one of the simple rivals that every table has: dense, narrow, factorized, truncated. */
  readonly isControl: boolean;
  /** Share of the test set, 0 to 1. */
  readonly testAccuracy: number;
  readonly testLoss?: number;
  readonly auc?: number;
  readonly calibrationError?: number;
  /** Stored scalars at the end. */
  readonly parameters: number;
  /** Dense over stored. */
  readonly compression: number;
  /** Floating-point operations of one example's forward pass. */
  readonly flops: number;
  /** Of the whole run. */
  readonly seconds: number;
  readonly epochSeconds: number;
  readonly peakBytes: number;
  /** Ranks at the end, by weight and bond. */
  readonly ranks: Record<string, Record<string, number>>;
  readonly epochs: readonly CompareEpoch[];
  readonly events: readonly CompareEvent[];
}

/** One line of a run's log. */
export interface CompareEvent {
  readonly step: number;
  readonly epoch: number;
  readonly kind: string;
  readonly message: string;
  readonly path?: string;
}

/** A run at the end of an epoch. */
export interface CompareEpoch {
  readonly epoch: number;
  /** Steps taken since the run began. */
  readonly step: number;
  /** Since the run began. */
  readonly seconds: number;
  readonly loss: number;
  readonly validationAccuracy?: number;
  readonly parameters: number;
  readonly ranks: Record<string, Record<string, number>>;
  /** Leading singular values by weight and bond (at most 64), largest first, for the weights that have them. */
  readonly spectra?: Record<string, Record<string, number[]>>;
}
