/**
 * The whole accuracy contract: every factorization over every type, size and dtype of the zoo, a table of the attained
 * ratios by type. `npm run test:zoo`, `npm run test:zoo -- hilbert kahan`. The last line is `N passed, N failed`.
 */

import { parseArgs } from 'node:util';
import {
  type Attained,
  checkContract,
  closest,
  type ContractOptions,
  type ContractResult,
} from '../src/accuracy/contract.ts';
import { factorizations } from '../src/accuracy/factorizations.ts';
import { contract } from '../src/accuracy/limits.ts';
import { zooNames } from '../src/accuracy/zoo.ts';
import { table } from '../src/cli/output.ts';
import { type Real, realDtypes } from '../src/dtype.ts';
import { isMain } from './support/sources.ts';

const HELP = `Usage: npm run test:zoo -- [TYPE...] [--only NAME] [--json]

  TYPE         types of matrices, default all: ${zooNames.join(' ')}
  --only NAME  factorizations, default all: ${factorizations.map(({ name }) => name).join(' ')}
  --json       the attained ratios as one object instead of tables

Ratios are in ulp. * marks one above what is worth telling, ! one above the contract.
`;

function shown({ ratio, limit, report }: Attained): string {
  const digits = ratio >= 1e4 ? ratio.toExponential(0) : limit === 0 ? String(ratio) : ratio.toFixed(2);
  return ratio > limit ? `${digits}!` : ratio > report ? `${digits}*` : digits;
}

/** Types down, quantities across, for the quantities of one factorization. */
function byType(attained: readonly Attained[], dtype: Real, factorization: string): string[] {
  const mine = attained.filter((row) => row.dtype === dtype && row.quantity.split('.')[0] === factorization);
  const quantities = contract.map(({ quantity }) => quantity).filter((q) => mine.some((row) => row.quantity === q));
  const types = [...new Set(mine.map(({ type }) => type))];
  const rows = types.map((type) => {
    const cells = quantities.map((q) => mine.find((row) => row.type === type && row.quantity === q));
    return [type, ...cells.map((row) => (row === undefined ? '-' : shown(row)))];
  });
  return table([`${factorization} ${dtype}`, ...quantities.map((q) => q.split('.')[1] ?? q)], rows);
}

/** The worst of each quantity, with its limits and the matrix that attained it. */
function summary(attained: readonly Attained[]): string[] {
  const meaning = new Map(contract.map(({ quantity, means }) => [quantity, means]));
  const rows = closest(attained).map((row) => {
    const at = row.ratio === 0 ? '-' : `${row.type} ${row.m} x ${row.n}`;
    return [row.quantity, row.dtype, shown(row), String(row.limit), at, meaning.get(row.quantity)!];
  });
  return table(['quantity', 'dtype', 'worst', 'limit', 'attained by', ''], rows);
}

/** The report of a run, line by line. */
export function reportOf({ attained, cases }: ContractResult): string[] {
  const names = [...new Set(attained.map(({ quantity }) => quantity.split('.')[0]!))];
  const tables = names.flatMap((name) => realDtypes.flatMap((dtype) => [...byType(attained, dtype, name), '']));
  const broken = attained.filter(({ ok }) => !ok);
  const failures = broken.map(
    ({ quantity, type, m, n, dtype, ratio, limit, trouble }) =>
      `FAIL ${quantity} of ${type} ${m} x ${n} ${dtype}: ${trouble ?? `${ratio} is above ${limit}`}`,
  );
  const failed = broken.length;
  const closing = `${attained.length - failed} passed, ${failed} failed`;
  return [...tables, ...summary(attained), '', `${cases} factorizations`, ...failures, closing];
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string', multiple: true }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const options: ContractOptions = {
    ...(positionals.length === 0 ? {} : { names: positionals }),
    ...(values.only === undefined ? {} : { only: values.only }),
  };
  const result = checkContract(options);
  const text = values.json ? JSON.stringify(result) : reportOf(result).join('\n');
  process.stdout.write(`${text}\n`);
  if (!result.ok) process.exitCode = 1;
}

if (isMain(import.meta.url)) main();
