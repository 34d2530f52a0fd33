/**
 * Kernel benchmarks. `npm run bench -- [name ...] [--dtype f32] [--time 100] [--case 9,0,1000000 ...]`
 * Names are parts of kernels' names, default all; a case is a size tuple of the kernel's sample.
 */

import { parseArgs } from 'node:util';
import type { Dtype } from '../src/dtype.ts';
import { kernels } from '../src/kernels/all.ts';
import { benchKernel, HEAD } from './kernels/kernel.bench.ts';
import { printTable } from './suite.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dtype: { type: 'string', multiple: true },
    time: { type: 'string', default: '100' },
    case: { type: 'string', multiple: true },
  },
});

const wanted = kernels.filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);
if (wanted.length === 0) throw new Error(`no kernel is called ${positionals.join(' or ')}`);

const rows: (readonly string[])[] = [HEAD];
for (const kernel of wanted) {
  const cases = values.case?.map((text) => text.split(',').map(Number));
  const options = { time: Number(values.time), dtypes: values.dtype as Dtype[] | undefined, cases };
  rows.push(...(await benchKernel(kernel, options)));
}
printTable(rows);
