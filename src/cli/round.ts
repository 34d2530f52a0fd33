/** `rankwise round`: the low-rank tensors of a file with smaller ranks. */

import { Factored, ranksOf } from '../formats/network.ts';
import { rounded } from '../formats/round.ts';
import { isTree } from '../formats/treeNetwork.ts';
import { type LowRankFile, saveLowRank } from '../io/lowRank.ts';
import type { StoredTensor } from '../io/safetensors.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { grouped, printable, table } from './output.ts';
import { size } from './report.ts';
import { checkFree, chosen, readTensors, written } from './tensors.ts';

/** What was rounded. */
interface Row {
  readonly name: string;
  readonly format: string;
  readonly ranks: Readonly<Record<string, number>>;
  readonly before: number;
  readonly parameters: number;
  /** Relative to the tensor before. */
  readonly error: number;
}

export const round: Command = {
  name: 'round',
  about: 'smaller ranks for the low-rank tensors of a file',
  words: 'FILE',
  wordCount: [1, 1],
  options: {
    eps: { kind: 'number', value: 'E', about: 'the relative error allowed for each tensor', min: 0, max: 1 },
    'max-rank': { kind: 'number', value: 'R', about: 'the most that any rank may be', min: 1, whole: true },
    out: { kind: 'text', value: 'FILE', short: 'o', about: 'where to write, a .safetensors file' },
    tensor: { kind: 'text', value: 'NAME', about: 'only this tensor; the others are kept as they are' },
    force: { kind: 'flag', about: 'replace --out where it exists' },
  },
  examples: [
    ['rankwise round small.safetensors --eps 0.01 -o smaller.safetensors', 'one per cent of error for each tensor'],
    ['rankwise round small.safetensors --max-rank 8 -o smaller.safetensors', 'no rank above 8'],
  ],
  async run({ words, values, output }) {
    const { eps, 'max-rank': maxRank, out } = values as { eps?: number; 'max-rank'?: number; out?: string };
    if (eps === undefined && maxRank === undefined) {
      throw new UsageError('round: --eps or --max-rank says how far; got neither; write --eps 0.01');
    }
    if (out === undefined) throw new UsageError('round: --out says where to write; got none; write -o FILE');
    await checkFree('round', '--out', out, values.force === true);
    const file = await readTensors(words[0]!);
    const wanted = chosen('round', file.tensors, values.tensor, isRoundable);
    if (wanted.length === 0) throw new UsageError('round: the file has low-rank tensors of tree formats; got none');
    const result = new Map(file.tensors);
    const rows: Row[] = [];
    for (const [name, x] of wanted) {
      output.progress(`${printable(name)}, ${rows.length + 1} of ${wanted.length}`);
      const limits = { ...(eps === undefined ? {} : { eps }), ...(maxRank === undefined ? {} : { maxRank }) };
      const { x: y, error, norm } = rounded(x as Factored, limits);
      result.set(name, y);
      const { format, count: parameters } = y;
      const before = (x as Factored).count;
      rows.push({ name, format, ranks: ranksOf(y), before, parameters, error: norm === 0 ? 0 : error / norm });
    }
    const bytes = await written(out, saveLowRank(result as LowRankFile));
    output.result({ file: words[0]!, out, bytes, tensors: rows });
    const cells = rows.map((row) => [
      row.name,
      row.format,
      Object.values(row.ranks).join(','),
      grouped(row.before),
      grouped(row.parameters),
      row.error.toExponential(2),
    ]);
    for (const line of table(['tensor', 'format', 'ranks', 'before', 'parameters', 'error'], cells)) output.line(line);
    output.line(`written        ${out}, ${size(bytes)}`);
    return Exit.ok;
  },
};

const isRoundable = (x: Factored | StoredTensor): boolean => x instanceof Factored && isTree(x.net);
