/**
 * Alternating least squares over the cores of a train on known entries (Grasedyck, Kluge & Kraemer 2015, "Variants of
 * alternating least squares tensor completion in the tensor train format", section 3): with all other cores fixed, the
 * slice of a core at each index is the least squares solution of the samples with that index. Other cores are kept
 * orthonormal. count r^4 operations a core.
 */

import { concat } from '../../ops/concat.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { gather } from '../../ops/gather.ts';
import { lq, qr } from '../../ops/linalg/qr.ts';
import { matmul } from '../../ops/matmul.ts';
import { mul, sub } from '../../ops/binary.ts';
import { sum, sumSquares } from '../../ops/reduce.ts';
import { reshape } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { transpose } from '../../ops/transpose.ts';
import { ones, own } from '../../tensor/create.ts';
import { item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Step } from '../leastSquares.ts';
import { mapBlocks, rowsOf } from '../blocks.ts';
import { chunkOf, rowSystem } from '../rows.ts';
import type { Entries } from '../samples.ts';

/** Cores [r, n, s] of f64; the first one is the orthogonality center, the others have orthonormal rows. */
export type Cores = readonly Tensor[];

/** Cores with their center moved from anywhere to the first. */
export function centered(cores: readonly Tensor[]): Cores {
  const moved = [...cores];
  for (let k = moved.length - 1; k > 0; k--) pushLeft(moved, k);
  return moved;
}

function pushLeft(cores: Tensor[], k: number): void {
  const [r, n, s] = cores[k]!.shape as [number, number, number];
  const { L, Q } = lq(reshape(cores[k]!, [r, n * s]));
  cores[k] = reshape(Q, [Q.shape[0]!, n, s]);
  cores[k - 1] = times(cores[k - 1]!, L);
}

function pushRight(cores: Tensor[], k: number): void {
  const [r, n, s] = cores[k]!.shape as [number, number, number];
  const { Q, R } = qr(reshape(cores[k]!, [r * n, s]));
  cores[k] = reshape(Q, [r, n, Q.shape[1]!]);
  const [, m, t] = cores[k + 1]!.shape as [number, number, number];
  cores[k + 1] = reshape(matmul(R, reshape(cores[k + 1]!, [s, m * t])), [R.shape[0]!, m, t]);
}

function times(core: Tensor, M: Tensor): Tensor {
  const [r, n, s] = core.shape as [number, number, number];
  return reshape(matmul(reshape(core, [r * n, s]), M), [r, n, M.shape[1]!]);
}

/** A sweep through the cores and back. The error is the Euclidean distance from the known values. */
export function sweepCores(entries: Entries, start: Cores, step: Step): { cores: Cores; error: number } {
  return scope(() => {
    const { indices } = entries;
    const cores = [...start];
    const last = cores.length - 1;
    const left = [unit(entries)];
    const right: Tensor[] = [];
    right[last] = left[0]!;
    for (let k = last; k > 0; k--) right[k - 1] = behind(right[k]!, cores[k]!, indices[k]!);
    for (let k = 0; k < last; k++) {
      cores[k] = solved(entries, k, cores[k]!, left[k]!, right[k]!, step);
      pushRight(cores, k);
      left[k + 1] = before(left[k]!, cores[k]!, indices[k]!);
    }
    let error = 0;
    for (let k = last; k > 0; k--) {
      cores[k] = solved(entries, k, cores[k]!, left[k]!, right[k]!, step);
      if (k === 1) error = distance(entries.values, sum(mul(before(left[1]!, cores[1]!, indices[1]!), right[1]!), 1));
      pushLeft(cores, k);
      right[k - 1] = behind(right[k]!, cores[k]!, indices[k]!);
    }
    return { cores, error };
  });
}

/** The Euclidean distance of the known values from those of a train. count r^2 operations a core. */
export function trainDistance(entries: Entries, cores: readonly Tensor[]): number {
  return scope(() => {
    const row = cores.reduce((frame, core, k) => before(frame, core, entries.indices[k]!), unit(entries));
    return distance(entries.values, sum(row, 1));
  });
}

function distance(values: Float64Array, found: Tensor): number {
  return Math.sqrt(item(sumSquares(sub(own(values.slice(), [values.length]), found))));
}

function unit({ count }: Entries): Tensor {
  return ones([count, 1], 'f64');
}

/** The core that fits the samples best. */
function solved(entries: Entries, k: number, core: Tensor, left: Tensor, right: Tensor, step: Step): Tensor {
  return scope(() => {
    const [r, n, s] = core.shape as [number, number, number];
    const design = (from: number, to: number): Tensor => {
      const ends = [[from, to]] as const;
      return reshape(einsum('ar,as->ars', slice(left, ends), slice(right, ends)), [to - from, r * s]);
    };
    const systemOf = rowSystem(n, r * s, entries.indices[k]!, entries.values, design);
    const old = reshape(transpose(core, [1, 0, 2]), [n, r * s]);
    const rows = mapBlocks(n, r * s * r * s, (from, to) => step(rowsOf(old, from, to), systemOf(from, to)));
    return transpose(reshape(rows, [n, r, s]), [1, 0, 2]);
  });
}

/** Row vectors [count, r] of the cores before a core [r, n, s] times its slice at each sample: [count, s]. */
function before(frame: Tensor, core: Tensor, index: Int32Array): Tensor {
  return along(frame, transpose(core, [1, 0, 2]), index);
}

/** Each sample's slice of a core [r, n, s] times the column vectors [count, s] of the cores behind it: [count, r]. */
function behind(frame: Tensor, core: Tensor, index: Int32Array): Tensor {
  return along(frame, transpose(core, [1, 2, 0]), index);
}

/** frame [count, p] times table [n, p, q] at the index of each sample: [count, q]. */
function along(frame: Tensor, table: Tensor, index: Int32Array): Tensor {
  const step = chunkOf(table.shape[1]! * table.shape[2]!);
  const pieces: Tensor[] = [];
  for (let from = 0; from < index.length; from += step) {
    const to = Math.min(from + step, index.length);
    pieces.push(
      scope(() => {
        const slices = gather(table, own(index.slice(from, to), [to - from]));
        return einsum('ap,apq->aq', slice(frame, [[from, to]]), slices);
      }),
    );
  }
  return pieces.length === 1 ? pieces[0]! : concat(pieces);
}
