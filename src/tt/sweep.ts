/**
 * Rounding of small trains by one call of a kernel: cores go in and out one behind the other. What the kernel does is what
 * src/tt/round.ts does by operations, where large cores are in better hands.
 */

import { backend } from '../backend/current.ts';
import { arrayOf, type DataArray } from '../dtype.ts';
import { NonFiniteError } from '../errors.ts';
import { ttRound } from '../kernels/ttRound.ts';
import { concat } from '../ops/concat.ts';
import { checkFinite } from '../ops/linalg/matrices.ts';
import { numberTimesPower } from '../ops/linalg/scale.ts';
import { reshape } from '../ops/reshape.ts';
import { blank, own } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { fitsCenter, shares } from './gauge.ts';
import { ranksOfTrain, type Train } from './train.ts';

/** Sides of the matrices of a core up to which a call costs more than what it computes. */
const SIDE = 1024;
/** Elements of all cores: the workspace has room for as many more. */
const ELEMENTS = 4194304;
/** The sizes of so many cores fit in a call. */
const CORES = 2000;

/** Whether one call rounds the train: from sizes alone. */
export function isSwept({ cores, dtype }: Train): boolean {
  if (cores.length < 2 || cores.length > CORES || !backend().has(ttRound as never, dtype)) return false;
  let total = 0;
  for (const { shape, size } of cores) {
    if (Math.max(shape[0]! * shape[1]!, shape[2]!, shape[1]! * shape[2]!) > SIDE) return false;
    total += size;
  }
  return total <= ELEMENTS;
}

/** Cores [r, n, s], all but the last with orthonormal columns. */
export interface RoundedCores {
  readonly cores: readonly Tensor[];
  readonly error: number;
  readonly norm: number;
  /** Whether the last core carries the norm. */
  readonly fits: boolean;
}

/** The train rounded to max(eps |x|, atol), no rank above its cap. Throws NonFiniteError, ConvergenceError. */
export function swept(train: Train, eps: number, atol: number, caps: readonly number[]): RoundedCores {
  const modes = train.cores.map(({ shape }) => shape[1]!);
  const { ranks, values, slots } = called(train, modes, Float64Array.of(eps, atol, 0, 0, 0), caps);
  const [, , norm, error, exponent] = slots as unknown as [number, number, number, number, number];
  const gauge = { cores: train.cores, center: modes.length - 1, exponent };
  let from = 0;
  const cores = shares(gauge).map((e, k) => {
    const shape = [ranks[k]!, modes[k]!, ranks[k + 1]!];
    const part = values.slice(from, (from += shape[0]! * shape[1]! * shape[2]!));
    const power = numberTimesPower(1, e);
    if (e !== 0) for (let i = 0; i < part.length; i++) part[i] = part[i]! * power;
    return own(part, shape);
  });
  const back = (x: number): number => numberTimesPower(x, exponent);
  return { cores, error: back(error), norm: back(norm), fits: fitsCenter(gauge) };
}

/** What the kernel leaves: new ranks, new cores one behind the other, and its numbers. */
interface Left {
  readonly ranks: DataArray;
  readonly values: DataArray;
  readonly slots: DataArray;
}

function called(train: Train, modes: readonly number[], given: Float64Array, most: readonly number[]): Left {
  let left: Left | null = null;
  scope(() => {
    const { dtype, cores } = train;
    const packed = packedCores(train);
    const ranks = ranksOfTrain(cores);
    const caps = most.map((cap, k) => Math.min(cap, ranks[k + 1]!));
    const rounded = blank('round', [packed.size], dtype);
    const newRanks = blank('round', [ranks.length], 'i32');
    const slots = own(given, [given.length]);
    backend().run(ttRound, dtype, {
      ...{ d: modes.length, modes, ranks, caps, cores: packed.operand(), rounded: rounded.operand() },
      ...{ newRanks: newRanks.operand(), slots: slots.operand() },
    });
    left = { ranks: dataSync(newRanks), values: dataSync(rounded), slots: dataSync(slots) };
  });
  return left!;
}

/** All cores one behind the other, on the backend, finite. */
function packedCores({ cores, dtype }: Train): Tensor {
  const size = cores.reduce((sum, core) => sum + core.size, 0);
  const isHost = cores.every((core) => core.storage.array !== null && core.isContiguous);
  const packed = isHost
    ? own(packedHere(cores, arrayOf(dtype, size)), [size])
    : concat(cores.map((core) => reshape(core, [-1])));
  try {
    checkFinite('round', packed);
  } catch (error) {
    // The place in its core says more.
    if (error instanceof NonFiniteError) for (const core of cores) checkFinite('round', core);
    throw error;
  }
  return packed;
}

function packedHere(cores: readonly Tensor[], into: DataArray): DataArray {
  let to = 0;
  for (const { storage, offset, size } of cores) {
    storage.check('round');
    into.set(storage.array!.subarray(offset, offset + size), to);
    to += size;
  }
  return into;
}
