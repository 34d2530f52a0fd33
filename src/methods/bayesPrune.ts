/**
 * Cutting components of small prior variance out of the parts of a weight: what is left stores less and computes less. A
 * bond whose components all vanish keeps the one of greatest variance, so that ranks are at least 1.
 */

import { Factored } from '../formats/network.ts';
import { contract } from '../ops/einsum/einsum.ts';
import type { AxisChange } from '../optim/optimizer.ts';
import { arrayOf, type Dtype } from '../dtype.ts';
import { own } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ByBond, Deviations } from './bayesPosterior.ts';

/** The components to keep, by bond, for the bonds that lose some. A host read. */
export function survivors(variances: ByBond, threshold: number): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const [bond, x] of Object.entries(variances)) {
    const values = Array.from(dataSync(x));
    const kept = values.flatMap((value, r) => (value > threshold ? [r] : []));
    const most = values.indexOf(Math.max(...values));
    if (kept.length < values.length && values.length > 1) found[bond] = kept.length > 0 ? kept : [most];
  }
  return found;
}

export interface Cut {
  readonly node: Factored;
  readonly variances: ByBond;
  readonly deviations: Deviations | undefined;
  /** By part, for its mean and its deviations alike. */
  readonly changes: Readonly<Record<string, readonly AxisChange[]>>;
}

/** A weight with only some components of its bonds. */
export function cut(
  { node, variances, deviations }: Pick<Cut, 'node' | 'variances' | 'deviations'>,
  kept: Readonly<Record<string, readonly number[]>>,
): Cut {
  const changes: Record<string, AxisChange[]> = {};
  for (const [part, labels] of Object.entries(node.net.parts)) {
    const { dtype, shape } = node.parts[part]!;
    labels.forEach((label, axis) => {
      if (!Object.hasOwn(kept, label)) return;
      const [from, to] = [shape[axis]!, kept[label]!.length];
      changes[part] = [...(changes[part] ?? []), { axis, from, to, matrix: selection(kept[label]!, from, dtype) }];
    });
  }
  const shrunk = (part: string, x: Tensor): Tensor => (changes[part] ?? []).reduce(selected, x);
  const each = (parts: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(parts).map(([part, x]) => [part, shrunk(part, x)]));
  const few = Object.entries(variances).map(([bond, x]) => {
    const rows = kept[bond];
    return [bond, rows === undefined ? x : selected(x, { axis: 0, matrix: selection(rows, x.size, x.dtype) })] as const;
  });
  return {
    node: new Factored(node.format, node.net, node.axes, each(node.parts)),
    variances: Object.fromEntries(few),
    deviations: deviations === undefined ? undefined : each(deviations),
    changes,
  };
}

/** Zeros and ones [from, kept]: its product picks components, and moves the averages of an optimizer along. */
function selection(kept: readonly number[], from: number, dtype: Dtype): Tensor {
  const values = arrayOf(dtype, from * kept.length);
  kept.forEach((r, k) => {
    values[r * kept.length + k] = 1;
  });
  return own(values, [from, kept.length]);
}

function selected(x: Tensor, { axis, matrix }: Pick<AxisChange, 'axis' | 'matrix'>): Tensor {
  const labels = x.shape.map((_, k) => `m${k}`);
  const out = labels.map((label, k) => (k === axis ? 'kept' : label));
  return contract(
    [
      { x, labels },
      { x: matrix!, labels: [labels[axis]!, 'kept'] },
    ],
    out,
  );
}
