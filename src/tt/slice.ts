/** Parts of trains: every core is cut by itself, and a core without modes left is multiplied into its neighbour. */

import { ShapeError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { contiguous } from '../ops/contiguous.ts';
import { reshape } from '../ops/reshape.ts';
import { type Range, slice as sliceDense } from '../ops/slice.ts';
import { showShape, sizeOf } from '../shape.ts';
import { scope } from '../tensor/scope.ts';
import { joinBare } from './bare.ts';
import { layTrain, type Mode, modesByAxis, modesByCore, trainOf } from './train.ts';

/**
 * x inside one range for each leading axis, as slice() of the dense tensor: [start, stop, step], a number, whose axis is
 * dropped, or null for everything. An axis of several modes takes a number or null. Differentiable.
 * Throws ShapeError for ranges that do not fit or leave nothing, and where no axis is left: element() gives entries.
 */
export function slice(x: Factored, ranges: readonly Range[]): Factored {
  const axes = modesByAxis(x);
  if (ranges.length > axes.length) {
    const got = `${ranges.length} for ${showShape(x.shape)}`;
    throw new ShapeError('slice', 'at most one range for each axis', got, 'leave some out');
  }
  if (axes.every((_, k) => typeof ranges[k] === 'number')) {
    throw new ShapeError('slice', 'an axis is left', 'a number for each', 'take single entries with element()');
  }
  const byMode = new Map(axes.flatMap((axis, k) => rangesOf(axis, ranges[k] ?? null)));
  const left = axes.filter((_, k) => typeof ranges[k] !== 'number');
  return scope(() => cutBy(x, byMode, left));
}

/** Every core inside the ranges of its modes; `axes` are those that are left. */
function cutBy(x: Factored, byMode: ReadonlyMap<string, Range>, axes: readonly (readonly Mode[])[]): Factored {
  const modes = modesByCore('slice', x);
  const cut = trainOf('slice', x).cores.map((core, k) => {
    const sizes = modes[k]!.map(({ size }) => size);
    const wanted = modes[k]!.map(({ label }) => byMode.get(label)!);
    const part = sliceDense(reshape(core, [core.shape[0]!, ...sizes, core.shape[2]!]), [null, ...wanted]);
    const left = modes[k]!.filter((_, at) => typeof wanted[at] !== 'number').map(({ label }) => label);
    return { part, modes: left.map((label, at): Mode => ({ label, size: part.shape[at + 1]! })) };
  });
  const kept = joinBare(cut);
  const sizes = new Map(kept.flatMap(({ modes: own }) => own).map((mode) => [mode.label, mode]));
  return layTrain(
    kept.map(({ part }) => contiguous(reshape(part, [part.shape[0]!, -1, part.shape.at(-1)!]))),
    kept.map(({ modes: own }) => own),
    axes.map((axis) => axis.map(({ label }) => sizes.get(label)!)),
  );
}

/** Ranges of the modes of an axis. */
function rangesOf(axis: readonly Mode[], range: Range): [string, Range][] {
  const n = sizeOf(axis.map(({ size }) => size));
  if (axis.length === 1) return [[axis[0]!.label, checked(range, n)]];
  if (range === null) return axis.map(({ label }) => [label, null]);
  if (typeof range !== 'number') {
    const got = `[${range.join(', ')}] for modes ${axis.map(({ size }) => size).join(' x ')}`;
    throw new ShapeError('slice', 'an axis of several modes takes a number or null', got, 'merge() its modes first');
  }
  let rest = checkedIndex(range, n);
  return axis
    .map(({ label, size }): [string, Range] => [label, size])
    .reverse()
    .map(([label, size]): [string, Range] => {
      const digit = rest % (size as number);
      rest = Math.floor(rest / (size as number));
      return [label, digit];
    });
}

function checkedIndex(index: number, n: number): number {
  const at = index < 0 ? index + n : index;
  if (Number.isInteger(at) && at >= 0 && at < n) return at;
  throw new ShapeError('slice', `an index lies inside an axis of size ${n}`, String(index), 'correct the index');
}

/** A range of one mode, which must leave something. */
function checked(range: Range, n: number): Range {
  if (range === null) return range;
  if (typeof range === 'number') return checkedIndex(range, n);
  const [start, stop = n] = range;
  const [begin, end] = [start < 0 ? start + n : start, stop < 0 ? stop + n : stop];
  if (!(Math.min(end, n) <= Math.max(begin, 0))) return range;
  throw new ShapeError('slice', 'a range leaves something', `[${range.join(', ')}] of ${n}`, 'correct the range');
}
