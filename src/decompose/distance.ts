/** How far a low-rank tensor is from a dense one: entry by entry, so that small errors are true, and block by block. */

import { labelled } from '../formats/algebra.ts';
import type { Factored } from '../formats/network.ts';
import { sub } from '../ops/binary.ts';
import { contract } from '../ops/einsum/einsum.ts';
import { timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { sumSquares } from '../ops/reduce.ts';
import { slice } from '../ops/slice.ts';
import { item } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Elements of a block: a small part of the tensor, but not so few that calls cost more than work. */
const blockOf = (size: number): number => Math.min(65536, Math.max(2048, size / 32));

/** |a 2^-exponent - full(x)| for a dense tensor over the modes of x, not merged into axes. Memory is that of a block. */
export function distance(a: Tensor, x: Pick<Factored, 'net' | 'parts'>, exponent = 0): number {
  const { open } = x.net;
  const axis = a.shape.indexOf(Math.max(...a.shape));
  const length = a.shape[axis]!;
  const step = Math.max(1, Math.floor(length / Math.ceil(a.size / blockOf(a.size))));
  const parts = labelled(x as Factored);
  let sum = 0;
  for (let begin = 0; begin < length; begin += step) {
    sum += scope(() => {
      const cut = (y: Tensor, labels: readonly string[]): Tensor => {
        const at = labels.indexOf(open[axis]!);
        return at < 0 ? y : slice(y, [...new Array<null>(at).fill(null), [begin, begin + step]]);
      };
      const block = contract(
        parts.map(({ x: y, labels }) => ({ x: cut(y, labels), labels })),
        open,
      );
      return item(sumSquares(sub(timesPowerOfTwo(cut(a, open), -exponent), block)));
    });
  }
  return Math.sqrt(sum);
}
