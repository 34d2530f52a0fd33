/** Timing through tinybench, and the table its results are printed in. */

import { Bench } from 'tinybench';

export interface Timing {
  readonly name: string;
  /** Median of a call, in milliseconds. */
  readonly ms: number;
}

/** Medians of functions run one after the other, each for about `time` milliseconds after a warm-up. */
export async function timings(
  tasks: readonly (readonly [name: string, run: () => void])[],
  time: number,
): Promise<readonly Timing[]> {
  const bench = new Bench({ time, warmupTime: time / 4, iterations: 5, warmupIterations: 2 });
  for (const [name, run] of tasks) bench.add(name, run);
  await bench.run();
  return bench.tasks.map(({ name, result }) => {
    if (!('latency' in result)) throw new Error(`${name}: ${JSON.stringify(result)}`);
    return { name, ms: result.latency.p50 };
  });
}

/** Prints rows as aligned columns; the first row is the head. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, k) => Math.max(...rows.map((row) => row[k]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!)));
    process.stdout.write(`${cells.join('  ')}\n`);
  }
}
