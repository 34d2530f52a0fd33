/** Cores that have lost modes, and those that have none left. */

import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Mode } from './train.ts';

/** A core with its open modes apart: [r, ...modes, s]. */
export interface Cut {
  readonly part: Tensor;
  readonly modes: readonly Mode[];
}

/** Cores without modes multiplied into the one before, or the one behind where there is none. */
export function joinBare(cut: readonly Cut[]): Cut[] {
  const kept: Cut[] = [];
  let carried: Tensor | null = null;
  for (const { part, modes } of cut) {
    const last = kept.at(-1);
    if (modes.length > 0) {
      kept.push({ part: carried === null ? part : onTheLeft(carried, part), modes });
      carried = null;
    } else if (last !== undefined) {
      kept[kept.length - 1] = { part: onTheRight(last.part, part), modes: last.modes };
    } else {
      carried = carried === null ? part : matmul(carried, part);
    }
  }
  return kept;
}

function onTheLeft(M: Tensor, core: Tensor): Tensor {
  const rest = core.shape.slice(1);
  return reshape(matmul(M, reshape(core, [core.shape[0]!, sizeOf(rest)])), [M.shape[0]!, ...rest]);
}

function onTheRight(core: Tensor, M: Tensor): Tensor {
  const rest = core.shape.slice(0, -1);
  return reshape(matmul(reshape(core, [sizeOf(rest), M.shape[0]!]), M), [...rest, M.shape[1]!]);
}
