/**
 * y = x in another element type, dense; the kernel's dtype is the target's. f32 rounds; integers truncate towards
 * zero and saturate; NaN becomes 0.
 */

import { arrayOf, bytesOf, dtypes, viewOf } from '../dtype.ts';
import { converterTo } from './convert.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { eachElement, piecesOf } from './pieces.ts';
import { numbers, unset } from './samples.ts';

/** `from` is the source's place in `dtypes`. */
type Fields = { readonly from: 'int'; readonly n: 'int'; readonly x: 'bytes'; readonly y: 'data' };

const limits = [2147483647, 2147483648, -2147483648, -2147483649, 255, 256, 255.5, -0.5, 0.5, 16777217, 1e20, -1e20];

export const cast: Kernel<Fields> = defineKernel({
  name: 'cast',
  dtypes: ['f32', 'f64', 'i32', 'u8'],
  fields: { from: 'int', n: 'int', x: 'bytes', y: 'data' },
  tasks: (a) => piecesOf(a.n),
  reference(a, round) {
    const x = viewOf(dtypes[a.from]!, a.x.buffer as ArrayBuffer, a.x.byteOffset, a.n);
    const convert = converterTo(a.y);
    eachElement(a, a.n, (i) => {
      a.y[i] = round(convert(x[i]!));
    });
  },
  /** Source dtype, elements. */
  cases: dtypes.flatMap((_, from) => [0, 1, 3, 4, 7, 67, 32768].map((n) => [from, n])),
  sample([from, n], random) {
    const dtype = dtypes[from!]!;
    const x = arrayOf(dtype, n!);
    const scaled = numbers(n!, random).map((v, k) =>
      n! > 60 && k % 4 === 0 ? limits[(k / 4) % limits.length]! : 100 * v,
    );
    x.set(scaled as never);
    return { from: from!, n: n!, x: new Uint8Array(x.buffer, 0, n! * bytesOf(dtype)), y: unset(n!) };
  },
});
