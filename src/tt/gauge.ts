/**
 * A train with an orthogonality center: the cores before it have orthonormal columns as [r n, s], those behind it
 * orthonormal rows as [r, n s], so that the norm and the singular values at its bonds are those of the center alone
 * (Oseledets 2011, section 3). Magnitudes are kept apart as a power of two: hundreds of cores neither overflow nor vanish.
 */

import type { Real } from '../dtype.ts';
import { contiguous } from '../ops/contiguous.ts';
import { lq, qr } from '../ops/linalg/qr.ts';
import { powerOfTwo, timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { tallQr } from '../ops/linalg/tallQr.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { norm2 } from '../ops/statistics.ts';
import { item } from '../tensor/read.ts';
import { recordingDepth } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Train } from './train.ts';

/** The train is what its cores say times 2^exponent. */
export interface Gauge {
  readonly op: string;
  readonly cores: Tensor[];
  center: number;
  exponent: number;
  /** Whether cores may be freed as soon as others take their place. */
  readonly isOwned?: boolean;
}

/** Largest exponents that one core takes without leaving the range of its dtype. */
const ROOM: Readonly<Record<Real, number>> = { f32: 100, f64: 960 };

/** A train with its center on core `center`. Ranks shrink to what the cores beyond a bond can fill. O(d n r^3). */
export function gaugeOf(op: string, { cores }: Pick<Train, 'cores'>, center: number): Gauge {
  let exponent = 0;
  const scaled = cores.map((core) => {
    const found = powerOfTwo(op, core);
    exponent += found.exponent;
    return contiguous(found.x);
  });
  const gauge: Gauge = { op, cores: scaled, center: 0, exponent };
  for (; gauge.center < center; gauge.center++) pushRight(gauge, gauge.center);
  for (let k = cores.length - 1; k > center; k--) pushLeft(gauge, k);
  return gauge;
}

/** The center moved to another core. Nothing is lost. */
export function moveTo(gauge: Gauge, center: number): void {
  for (; gauge.center < center; gauge.center++) pushRight(gauge, gauge.center);
  for (; gauge.center > center; gauge.center--) pushLeft(gauge, gauge.center);
}

/** Core k gets orthonormal columns, the next one what is left of it. */
function pushRight(gauge: Gauge, k: number): void {
  const [r, n, s] = gauge.cores[k]!.shape as [number, number, number];
  const matrix = reshape(gauge.cores[k]!, [r * n, s]);
  // Blocks have no gradient.
  const { Q, R } = recordingDepth() === 0 && r * n > s ? tallQr(matrix, gauge.isOwned) : qr(matrix);
  gauge.cores[k] = reshape(Q, [r, n, Q.shape[1]!]);
  gauge.cores[k + 1] = timesLeft(scaled(gauge, R), gauge.cores[k + 1]!);
}

/** Core k gets orthonormal rows, the one before it what is left of it. */
function pushLeft(gauge: Gauge, k: number): void {
  const [r, n, s] = gauge.cores[k]!.shape as [number, number, number];
  const { L, Q } = lq(reshape(gauge.cores[k]!, [r, n * s]));
  gauge.cores[k] = reshape(contiguous(Q), [Q.shape[0]!, n, s]);
  gauge.cores[k - 1] = timesRight(gauge.cores[k - 1]!, scaled(gauge, L));
}

function scaled(gauge: Gauge, x: Tensor): Tensor {
  const found = powerOfTwo(gauge.op, x);
  gauge.exponent += found.exponent;
  return found.x;
}

/** M [p, r] times a core [r, n, s]: [p, n, s]. */
export function timesLeft(M: Tensor, core: Tensor): Tensor {
  const [r, n, s] = core.shape as [number, number, number];
  return reshape(matmul(M, reshape(core, [r, n * s])), [M.shape[0]!, n, s]);
}

/** A core [r, n, s] times M [s, p]: [r, n, p]. */
export function timesRight(core: Tensor, M: Tensor): Tensor {
  const [r, n, s] = core.shape as [number, number, number];
  return reshape(matmul(reshape(core, [r * n, s]), M), [r, n, M.shape[1]!]);
}

/** The norm of the center, in units of 2^exponent. */
export function centerNorm({ cores, center }: Gauge): number {
  return item(norm2(cores[center]!));
}

/** Whether one core can carry the power of two. */
export function fitsCenter({ cores, exponent }: Pick<Gauge, 'exponent'> & Pick<Train, 'cores'>): boolean {
  return Math.abs(exponent) <= ROOM[cores[0]!.dtype as Real];
}

/** The exponent that each core takes: the center alone, or all of them equal shares where that has no room. */
export function shares({
  cores,
  center,
  exponent,
}: Pick<Gauge, 'center' | 'exponent'> & Pick<Train, 'cores'>): number[] {
  if (fitsCenter({ cores, exponent })) return cores.map((_, k) => (k === center ? exponent : 0));
  const share = Math.trunc(exponent / cores.length);
  const rest = exponent - share * cores.length;
  return cores.map((_, k) => share + (k < Math.abs(rest) ? Math.sign(rest) : 0));
}

/**
 * The cores with their power of two. The center carries it; where its dtype cannot hold that, all cores take equal
 * shares, and those beside the center are orthonormal up to a power of two.
 */
export function closed(gauge: Gauge): Tensor[] {
  return shares(gauge).map((e, k) => timesPowerOfTwo(gauge.cores[k]!, e));
}
