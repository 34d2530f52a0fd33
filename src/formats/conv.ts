/**
 * Convolution with any weight. A low-rank kernel is either rebuilt and used as a dense one, or taken in stages: the
 * parts of the input channels as a 1x1 convolution, a small convolution by the parts that hold the window, and the parts
 * of the output channels as a 1x1 convolution (Kim et al. 2016; Lebedev et al. 2015 for CP, where the small convolution
 * is depthwise). Where the parts of the window hold the input channels too, as in two factors, the first stage falls away
 * (Jaderberg et al. 2014), and likewise the last. Which is cheaper is decided by the static cost table.
 */

import { add } from '../ops/binary.ts';
import { conv1d, conv2d } from '../ops/conv.ts';
import { type ConvOptions, spansOf } from '../ops/convGeometry.ts';
import { stepCost } from '../ops/einsum/cost.ts';
import { contract, type Operand as Labelled } from '../ops/einsum/einsum.ts';
import { reshape } from '../ops/reshape.ts';
import { type Shape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { full, labelled } from './algebra.ts';
import { Factored, type Sizes, sizesOf } from './network.ts';
import { Sum, type Weight } from './weight.ts';

/** Sizes of the positions that a window visits; throws ShapeError where it does not fit. */
export function convOutput(op: string, positions: Shape, window: Shape, options: ConvOptions): number[] {
  return spansOf(op, positions, window, options).map(({ output }) => output);
}

/** Convolution of x [batch, in, ...positions] with a weight [out, in / groups, ...window]. */
export function convWeighted(w: Weight, x: Tensor, options: ConvOptions): Tensor {
  if (w instanceof Sum) {
    return Object.values(w.terms)
      .map((term) => convWeighted(term, x, options))
      .reduce((a, b) => add(a, b));
  }
  if (!(w instanceof Factored)) return convDense(x, w, options);
  const stages = cheapest(w, x.shape, options);
  return stages === null ? convDense(x, full(w), options) : convStaged(stages, x, options);
}

function convDense(x: Tensor, w: Tensor, options: ConvOptions): Tensor {
  return x.order === 3 ? conv1d(x, w, options) : conv2d(x, w, options);
}

/** A low-rank kernel cut into the parts of its stages; the first or the last may have none. */
interface Stages {
  readonly sizes: Sizes;
  readonly before: readonly Labelled[];
  readonly middle: readonly Labelled[];
  readonly after: readonly Labelled[];
  /** Labels of the input channels, of the channels between the stages, of the output channels, of the window. Without a
   * first stage the middle takes the input channels themselves, without a last one it gives the output channels. */
  readonly in: readonly string[];
  readonly narrowIn: readonly string[];
  readonly narrowOut: readonly string[];
  readonly out: readonly string[];
  readonly window: readonly string[];
  /** Whether the channels between the stages are the same hyperedge, so that the middle acts channel by channel. */
  readonly depthwise: boolean;
}

/** The stages that are cheapest on an input of this shape, or null where rebuilding the kernel is. */
function cheapest(w: Factored, input: Shape, options: ConvOptions): Stages | null {
  if ((options.groups ?? 1) > 1) return null;
  const [batch, , ...around] = input as number[];
  const positions = sizeOf(convOutput('conv', around, w.shape.slice(2), options));
  const costs = stagesOf(w).map((stages) => ({
    stages,
    cost: stagedCost(stages, batch!, sizeOf(around), positions),
  }));
  const least = costs.reduce((a, b) => (b.cost < a.cost ? b : a), {
    stages: null as Stages | null,
    cost: rebuiltCost(w, batch!, positions),
  });
  return least.stages;
}

/** The ways in which a kernel comes apart: with stages of input and output channels, or with one of the two. */
function stagesOf(w: Factored): Stages[] {
  const sizes = sizesOf(w);
  const label = (axis: number): string[] => w.axes[axis]!.map((k) => w.net.open[k]!);
  const out = label(0);
  const inputs = label(1);
  const window = w.axes.slice(2).flatMap((_, k) => label(k + 2));
  const parts = labelled(w);
  const isOpen = (l: string): boolean => w.net.open.includes(l);
  const only = (part: Labelled, among: readonly string[]): boolean =>
    part.labels.some(isOpen) && part.labels.every((l) => !isOpen(l) || among.includes(l));
  /** The parts that hold these labels and no other open one; none where other parts hold some of them. */
  const holding = (labels: readonly string[]): readonly Labelled[] => {
    const found = parts.filter((part) => only(part, labels));
    return labels.every((l) => found.some((part) => part.labels.includes(l))) ? found : [];
  };
  const [first, last] = [holding(inputs), holding(out)];
  const bonds = (some: readonly Labelled[], others: readonly Labelled[]): string[] => [
    ...new Set(
      some.flatMap(({ labels }) => labels.filter((l) => !isOpen(l) && others.some((o) => o.labels.includes(l)))),
    ),
  ];
  const apart = (before: readonly Labelled[], after: readonly Labelled[]): Stages[] => {
    const middle = parts.filter((part) => !before.includes(part) && !after.includes(part));
    const narrowIn = before.length === 0 ? inputs : bonds(before, [...middle, ...after]);
    const narrowOut = after.length === 0 ? out : bonds(after, [...before, ...middle]);
    const shared = narrowIn.filter((l) => narrowOut.includes(l));
    const depthwise = shared.length > 0;
    if (middle.length === 0 || before.length + after.length === 0) return [];
    if (depthwise && (shared.length !== narrowIn.length || shared.length !== narrowOut.length)) return [];
    return [{ sizes, before, middle, after, in: inputs, narrowIn, narrowOut, out, window, depthwise }];
  };
  const single = first.length === 0 || last.length === 0;
  return single ? apart(first, last) : [...apart(first, last), ...apart(first, []), ...apart([], last)];
}

function lengthOf(labels: readonly string[], sizes: Sizes): number {
  return labels.reduce((n, l) => n * sizes[l]!, 1);
}

function convStaged(s: Stages, x: Tensor, options: ConvOptions): Tensor {
  const { sizes } = s;
  const [batch, , ...around] = x.shape as number[];
  const each = (labels: readonly string[]): number[] => labels.map((l) => sizes[l]!);
  const spread = around.map((_, k) => `@${k}`);
  /** A 1x1 convolution by some parts. */
  const pointwise = (y: Tensor, from: readonly string[], by: readonly Labelled[], to: readonly string[]): Tensor => {
    if (by.length === 0) return y;
    const positions = y.shape.slice(2);
    const split = reshape(y, [batch!, ...each(from), ...positions]);
    const operands = [{ x: split, labels: ['@b', ...from, ...spread] }, ...by];
    return reshape(contract(operands, ['@b', ...to, ...spread]), [batch!, lengthOf(to, sizes), ...positions]);
  };
  const input = pointwise(x, s.in, s.before, s.narrowIn);
  const kernelLabels = s.depthwise ? [...s.narrowOut, ...s.window] : [...s.narrowOut, ...s.narrowIn, ...s.window];
  const inner = s.depthwise ? 1 : lengthOf(s.narrowIn, sizes);
  const kernel = reshape(contract([...s.middle], kernelLabels), [
    lengthOf(s.narrowOut, sizes),
    inner,
    ...each(s.window),
  ]);
  const groups = s.depthwise ? lengthOf(s.narrowIn, sizes) : 1;
  const mixed = convDense(input, kernel, { ...options, groups });
  return pointwise(mixed, s.narrowOut, s.after, s.out);
}

/** Cost of a training step in stages. */
function stagedCost(s: Stages, batch: number, around: number, positions: number): number {
  const [channels, narrowIn, narrowOut, out] = [s.in, s.narrowIn, s.narrowOut, s.out].map((l) => lengthOf(l, s.sizes));
  const window = lengthOf(s.window, s.sizes);
  const before = s.before.length === 0 ? 0 : stepCost({ batch: 1, m: narrowIn!, n: batch * around, k: channels! });
  const after = s.after.length === 0 ? 0 : stepCost({ batch: 1, m: out!, n: batch * positions, k: narrowOut! });
  const middle = s.depthwise
    ? stepCost({ batch: narrowIn!, m: 1, n: batch * positions, k: window })
    : stepCost({ batch: 1, m: narrowOut!, n: batch * positions, k: narrowIn! * window });
  return before + middle + after;
}

/** Cost of a training step with the dense kernel, and of building that from its parts. */
function rebuiltCost(w: Factored, batch: number, positions: number): number {
  const [out, ...rest] = w.shape as [number, ...number[]];
  const depth = sizeOf(rest);
  const sizes = sizesOf(w);
  const rank = Math.max(1, ...Object.keys(sizes).map((l) => (w.net.open.includes(l) ? 1 : sizes[l]!)));
  return (
    stepCost({ batch: 1, m: out, n: batch * positions, k: depth }) + stepCost({ batch: 1, m: out, n: depth, k: rank })
  );
}

/** Floating-point operations of the forward pass on an input of this shape, batch included. */
export function convFlops(w: Weight, input: Shape, options: ConvOptions): number {
  if (w instanceof Sum) return Object.values(w.terms).reduce((n, term) => n + convFlops(term, input, options), 0);
  const [batch, , ...around] = input as number[];
  const positions = batch! * sizeOf(convOutput('conv', around, w.shape.slice(2), options));
  const stages = w instanceof Factored ? cheapest(w, input, options) : null;
  if (stages === null) return 2 * positions * sizeOf(w.shape);
  const [channels, narrowIn, narrowOut, out] = [stages.in, stages.narrowIn, stages.narrowOut, stages.out].map((l) =>
    lengthOf(l, stages.sizes),
  );
  const window = lengthOf(stages.window, stages.sizes);
  const middle = 2 * positions * narrowOut! * window * (stages.depthwise ? 1 : narrowIn!);
  const before = stages.before.length === 0 ? 0 : 2 * batch! * sizeOf(around) * channels! * narrowIn!;
  return before + middle + (stages.after.length === 0 ? 0 : 2 * positions * narrowOut! * out!);
}
