/** What a row of the results is made of: runs of `rankwise train`, each with several seeds, and the claim they test. */

export interface RowRun {
  /** Unique in the campaign: runs that rows share are done once. */
  readonly label: string;
  /** Arguments of `rankwise train`, without --seed, --out and --json. */
  readonly args: readonly string[];
  /** Seeds 1 to this. */
  readonly seeds: number;
}

export interface Row {
  readonly name: string;
  /** What the runs are to show. */
  readonly claim: string;
  readonly runs: readonly RowRun[];
  /** A script of the row's own beside the runs, bench/train/NAME.ts. */
  readonly script?: string;
}
