/**
 * The phases of a strided convolution along one mode: which places of the input meet which elements of the kernel, and
 * whether it is quicker to take these elements one at a time.
 */

import type { Border } from './convBorder.ts';
import type { Geometry, Span } from './convGeometry.ts';

/** The places start, start + stride, ... of the input along one mode, and the kernel's elements that they meet. */
export interface Phase {
  readonly start: number;
  readonly count: number;
  /** The kernel's elements tap, tap + tapStep, ...: `taps` of them. */
  readonly tap: number;
  readonly tapStep: number;
  readonly taps: number;
  /** Place of the cotangent that the first place meets with the first element, and the step back per element. */
  readonly first: number;
  readonly back: number;
}

function phasesOf({ input, kernel, stride, dilation, low }: Span): Phase[] {
  const divisor = greatestDivisor(stride, dilation);
  const tapStep = stride / divisor;
  return Array.from({ length: Math.min(stride, input) }, (_, start) => {
    const at = start + low;
    let tap = 0;
    while (tap < tapStep && (at - tap * dilation) % stride !== 0) tap++;
    const taps = tap === tapStep ? 0 : Math.max(0, Math.ceil((kernel - tap) / tapStep));
    const first = Math.round((at - tap * dilation) / stride);
    return { start, count: Math.ceil((input - start) / stride), tap, tapStep, taps, first, back: dilation / divisor };
  });
}

/** What adding up one contraction per element of the kernel costs, in output channels: from measurements. */
const PIECE = 14;

/**
 * The phases of both modes, cut into one per element of the kernel, without the zeros of the border, where these would
 * cost more.
 */
export function phasePlan({ y, x, outputs }: Geometry): {
  readonly ys: Phase[];
  readonly xs: Phase[];
  readonly pieces: boolean;
} {
  const whole = [phasesOf(y), phasesOf(x)];
  const cut = [split(whole[0], y), split(whole[1], x)];
  const products = (list: readonly Phase[]): number => list.reduce((sum, { count, taps }) => sum + count * taps, 0);
  const waste = whole.map((list, k) => products(list) / products(cut[k]));
  const pieces = waste[0] * waste[1] > 1 + PIECE / outputs;
  const [ys, xs] = whole.map((list, k) => (pieces && waste[k] > 1 ? cut[k] : list));
  return { ys, xs, pieces };
}

/** One phase per element of the kernel, with the places that it takes to the cotangent itself. */
function split(phases: readonly Phase[], { output, stride }: Span): Phase[] {
  const pieces = phases.flatMap((phase) =>
    Array.from({ length: phase.taps }, (_, q): Phase => {
      const first = phase.first - q * phase.back;
      const skip = Math.max(0, -first);
      const count = Math.min(phase.count, output - first) - skip;
      const tap = phase.tap + q * phase.tapStep;
      return { ...phase, start: phase.start + skip * stride, count, tap, taps: 1, first: first + skip };
    }),
  );
  return pieces.filter(({ count }) => count > 0);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Zeros around the cotangent that serve all phases. */
export function borderOf(phases: readonly Phase[], { output }: Span): Border {
  const used = phases.filter(({ taps }) => taps > 0);
  const least = Math.min(0, ...used.map(({ first, back, taps }) => first - back * (taps - 1)));
  const most = Math.max(output - 1, ...used.map(({ first, count }) => first + count - 1));
  return [-least, most - output + 1];
}
