/** How `rankwise doctor --accuracy` tells what factorizations attain on this machine. */

import { type Attained, type ContractResult, closest } from '../accuracy/contract.ts';
import { Exit } from './command.ts';
import { grouped, type Output, table } from './output.ts';

const shown = (ratio: number): string => (ratio >= 1e4 ? ratio.toExponential(0) : ratio.toFixed(2));

function verdict({ ok, ratio, report }: Attained): string {
  if (!ok) return 'above the contract';
  return ratio > report ? 'ok, higher than usual' : 'ok';
}

/** Prints the worst ratios by quantity, and returns the exit code: 4 where one is above the contract. */
export function tellAccuracy(
  output: Output,
  result: ContractResult,
  facts: { readonly runtime: string; readonly platform: string; readonly backend: string; readonly seconds: number },
): number {
  const { ok, cases } = result;
  const rows = closest(result.attained);
  const broken = result.attained.filter((row) => !row.ok);
  output.result({ ok, ...facts, cases, attained: rows, broken });
  const cells = rows.map((row) => [
    ...[row.quantity, row.dtype, shown(row.ratio), String(row.limit)],
    ...[row.ratio === 0 ? '-' : `${row.type} ${row.m} x ${row.n}`, verdict(row)],
  ]);
  output.line(`${facts.runtime} on ${facts.platform}, backend ${facts.backend}`);
  for (const line of table(['quantity', 'dtype', 'worst', 'limit', 'attained by', ''], cells)) output.line(line);
  for (const { quantity, type, m, n, dtype, trouble } of broken) {
    if (trouble !== undefined) output.line(`${quantity} of ${type} ${m} x ${n} ${dtype}: ${trouble}`);
  }
  output.line(
    ok
      ? `${grouped(cases)} factorizations of hard matrices, each within the accuracy contract. Ratios are in ulp.`
      : 'The accuracy contract is broken: please report this with the output above.',
  );
  return ok ? Exit.ok : Exit.target;
}
