/** How a group of modes is walked by the contraction kernel: one stride where the modes merge, else a table of offsets. */

import type { Backend, Operand } from '../../backend/backend.ts';
import { indexTable } from '../../backend/tables.ts';
import { coalesce, type Shape, sizeOf } from '../../shape.ts';

/** Where the elements of a group lie, in row-major order of its modes. */
export interface Walk {
  /** Step in elements where `key` is null. */
  readonly stride: number;
  /** The least offset: negative where strides are. The table counts from there. */
  readonly low: number;
  /** The name of the table, or null where one stride is enough. */
  readonly key: string | null;
  readonly sizes: Shape;
  readonly strides: Shape;
}

/** The walk over modes of the given sizes and strides. Kernels see no negative offsets: those take a table. */
export function walkOf(sizes: Shape, strides: Shape): Walk {
  if (sizes.includes(0)) return { stride: 1, low: 0, key: null, sizes, strides };
  const merged = coalesce(sizes, [strides]);
  const [steps] = merged.strides;
  const low = merged.shape.reduce((sum, n, k) => sum + Math.min(0, steps[k] * (n - 1)), 0);
  const one = merged.shape.length <= 1 && low === 0;
  const key = one ? null : `${merged.shape.join()}*${steps.join()}`;
  return { stride: one ? (steps[0] ?? 1) : 0, low, key, sizes: merged.shape, strides: steps };
}

/** The walk's table in a backend's memory, or null. */
export function tableOf(walk: Walk, on: Backend): Operand | null {
  return walk.key === null ? null : indexTable(on, walk.key, () => offsets(walk.sizes, walk.strides, -walk.low));
}

/** Offsets of all elements of a strided array, row-major; `first` is that of the first one. */
function offsets(sizes: Shape, strides: Shape, first: number): Int32Array {
  const table = new Int32Array(sizeOf(sizes));
  table[0] = first;
  let filled = 1;
  // From the last mode outwards: what is filled so far is repeated once per index of the next mode.
  for (let mode = sizes.length - 1; mode >= 0; mode--) {
    for (let i = sizes[mode] - 1; i > 0; i--) {
      const shift = i * strides[mode];
      for (let p = 0; p < filled; p++) table[i * filled + p] = table[p] + shift;
    }
    filled *= sizes[mode];
  }
  return table;
}
