/** y = value, dense. Integer dtypes truncate and saturate. */

import { converterTo } from './convert.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { eachElement, piecesOf } from './pieces.ts';
import { unset } from './samples.ts';

type Fields = { readonly n: 'int'; readonly value: 'real'; readonly y: 'data' };

export const fill: Kernel<Fields> = defineKernel({
  name: 'fill',
  dtypes: ['f32', 'f64', 'i32', 'u8'],
  fields: { n: 'int', value: 'real', y: 'data' },
  tasks: (a) => piecesOf(a.n),
  reference(a) {
    const value = converterTo(a.y)(a.value);
    eachElement(a, a.n, (i) => {
      a.y[i] = value;
    });
  },
  cases: [[0], [1], [3], [15], [16], [17], [63], [64], [65], [131], [16384], [16385], [40000]],
  sample: ([n], random) => ({ n: n!, value: 400 * random(), y: unset(n!) }),
});
