/** `rankwise decompose`: low-rank tensors from the dense ones of a file. */

import { decomposeWeight } from '../decompose/decompose.ts';
import type { Decomposed } from '../decompose/decomposed.ts';
import { RankError, ShapeError } from '../errors.ts';
import { formats } from '../formats/all.ts';
import { type Factored, ranksOf } from '../formats/network.ts';
import { type LowRankFile, saveLowRank } from '../io/lowRank.ts';
import type { StoredTensor } from '../io/safetensors.ts';
import { sizeOf } from '../shape.ts';
import { type Command, Exit, type Invocation, UsageError, type Values } from './command.ts';
import { parseRank } from './configOf.ts';
import { grouped, printable, table } from './output.ts';
import { size } from './report.ts';
import { axesOf, checkFree, chosen, foldOf, isDecomposable, parseFold, parseRoles } from './tensors.ts';
import { readTensors, tensorOf, written } from './tensors.ts';

/** What became of a tensor. */
interface Row {
  readonly name: string;
  readonly shape: readonly number[];
  readonly format: string;
  readonly ranks: Readonly<Record<string, number>>;
  readonly dense: number;
  readonly parameters: number;
  readonly error: number;
  readonly estimated: boolean;
  readonly converged: boolean;
  readonly warnings: readonly string[];
  /** Whether the file has it in this form; a tensor that would not shrink stays dense. */
  readonly kept: boolean;
}

export const decompose: Command = {
  name: 'decompose',
  about: 'low-rank tensors from the dense ones of a .npy, .npz or .safetensors file',
  words: 'FILE',
  wordCount: [1, 1],
  options: {
    format: {
      kind: 'text',
      value: 'NAME',
      about: 'the format',
      choices: formats.map(({ name }) => name).filter((name) => name !== 'dense'),
      fallback: 'tt',
    },
    eps: { kind: 'number', value: 'E', about: 'the relative error allowed for each tensor', min: 0, max: 1 },
    rank: {
      kind: 'text',
      value: 'R',
      about: "8, 4,8,8, 0.1 (of each tensor's elements), same or params:N; beside --eps a cap",
    },
    out: {
      kind: 'text',
      value: 'FILE',
      short: 'o',
      about: 'where to write, a .safetensors file; without it nothing is kept',
    },
    tensor: { kind: 'text', value: 'NAME', about: 'only this tensor; the others are kept as they are' },
    fold: { kind: 'text', value: 'MODES', about: 'modes of each axis, such as 4x8,8x8' },
    roles: { kind: 'text', value: 'ROLES', about: 'what axes are: out, in or window each; a matrix is out,in' },
    method: { kind: 'text', value: 'NAME', about: 'a method of the format, such as hooi for tucker' },
    sweeps: { kind: 'number', value: 'N', about: 'most sweeps of iterations', min: 1, whole: true },
    seed: { kind: 'number', value: 'N', about: 'what random starts are drawn from', fallback: 0, min: 0, whole: true },
    force: { kind: 'flag', about: 'replace --out where it exists' },
  },
  examples: [
    ['rankwise decompose field.npy --format tt --eps 1e-3 -o field.safetensors', 'a tensor train within 0.1 %'],
    ['rankwise decompose weights.npz --format lowRank --rank 0.25 -o small.safetensors', 'each matrix in a quarter'],
    ['rankwise decompose field.npy --format tucker --rank 8 --method hooi', 'try it: nothing is written'],
  ],
  run,
};

/** What the decomposition of every tensor is asked for. Throws UsageError. */
function optionsOf({
  eps,
  rank,
  method,
  sweeps,
  seed,
  fold,
  roles,
  format,
}: Values): Parameters<typeof decomposeWeight>[2] {
  if (eps === undefined && rank === undefined) {
    throw new UsageError('decompose: --eps or --rank says how far; got neither; write --eps 0.01');
  }
  return {
    format: format as string,
    seed: seed as number,
    ...(eps === undefined ? {} : { eps: eps as number }),
    ...(rank === undefined ? {} : { rank: parseRank(rank as string, 'decompose') }),
    ...(method === undefined ? {} : { method: method as string }),
    ...(sweeps === undefined ? {} : { sweeps: sweeps as number }),
    ...(fold === undefined ? {} : { fold: parseFold('decompose', fold as string) }),
    ...(roles === undefined ? {} : { roles: parseRoles('decompose', roles as string) }),
  };
}

async function run({ words, values, output }: Invocation): Promise<number> {
  const options = optionsOf(values);
  const out = values.out as string | undefined;
  if (out !== undefined) await checkFree('decompose', '--out', out, values.force === true);
  const file = await readTensors(words[0]!);
  const wanted = chosen('decompose', file.tensors, values.tensor, isDecomposable);
  if (wanted.length === 0)
    throw new UsageError('decompose: the file has tensors of two or more modes; got none of floats');
  const result = new Map<string, Factored | StoredTensor>(file.tensors);
  const rows: Row[] = [];
  for (const [name, x] of wanted as [string, StoredTensor][]) {
    const at = `${printable(name)}, ${rows.length + 1} of ${wanted.length}`;
    output.progress(at);
    const onProgress = ({ step, of, error }: { step: number; of: number; error: number }): void =>
      output.progress(`${at}: ${step} of ${of}, error ${error.toExponential(2)}`);
    let found: Decomposed;
    try {
      found = decomposeOne(name, x, { ...options, onProgress });
    } catch (error) {
      // One of many that the format or the rank does not fit is no reason to lose the others.
      if (wanted.length === 1 || !(error instanceof RankError || error instanceof ShapeError)) throw error;
      output.note(`${printable(name)} stays dense: ${printable(error.message)}`);
      continue;
    }
    const kept = found.count < sizeOf(x.shape);
    if (kept) result.set(name, found);
    else output.note(`${printable(name)} would not shrink: it stays dense`);
    rows.push(rowOf(name, x, found, kept));
  }
  const bytes = out === undefined ? undefined : await written(out, saveLowRank(result as LowRankFile));
  report(rows, { file: words[0]!, ...(out === undefined ? {} : { out, bytes: bytes! }) }, output);
  return Exit.ok;
}

function decomposeOne(name: string, x: StoredTensor, options: Parameters<typeof decomposeWeight>[2]): Decomposed {
  const { roles, fold = foldOf(x.shape), ...rest } = options;
  const asked = fold === undefined ? rest : { ...rest, fold };
  return decomposeWeight(tensorOf('decompose', name, x), axesOf(x.shape, roles), asked);
}

function rowOf(name: string, x: StoredTensor, found: Decomposed, kept: boolean): Row {
  const { error, estimated, converged, warnings } = found.report;
  const sizes = { dense: sizeOf(x.shape), parameters: found.count };
  return {
    name,
    shape: x.shape,
    format: found.format,
    ranks: ranksOf(found),
    ...sizes,
    error,
    estimated,
    converged,
    warnings,
    kept,
  };
}

function report(
  rows: readonly Row[],
  file: { file: string; out?: string; bytes?: number },
  output: Invocation['output'],
): void {
  output.result({ ...file, tensors: rows });
  const cells = rows.map((row) => [
    row.name,
    row.shape.join('x'),
    row.kept ? row.format : 'dense',
    Object.values(row.ranks).join(','),
    grouped(row.parameters),
    `${(row.dense / row.parameters).toFixed(2)}x`,
    `${row.error.toExponential(2)}${row.estimated ? ' or so' : ''}`,
  ]);
  const headings = ['tensor', 'shape', 'format', 'ranks', 'parameters', 'smaller', 'error'];
  for (const line of table(headings, cells)) output.line(line);
  for (const { name, warnings, converged } of rows) {
    for (const warning of warnings) output.note(`${printable(name)}: ${warning}`);
    if (!converged) output.note(`${printable(name)}: the last sweep still changed the error; raise --sweeps`);
  }
  if (file.out === undefined) output.note('nothing was written; -o FILE keeps it');
  else output.line(`written        ${file.out}, ${size(file.bytes!)}`);
}
