/** Tensor train: a chain of cores [r, n, s] over all modes in order (Oseledets 2011). */

import { foldAxes, modeCount } from './fold.ts';
import type { Axis, Format, LayoutOptions } from './format.ts';
import { labelModes, layoutOfModes } from './layout.ts';

/** Axes of a matrix are cut into short modes; those of a convolution are short already. */
export function chainCounts(axes: readonly Axis[], { rows }: LayoutOptions = {}): number[] {
  if (rows !== undefined) return axes.map(() => 1);
  const cut = axes.every(({ role }) => role !== 'window');
  return axes.map(({ size }) => (cut ? modeCount(size) : 1));
}

export const tt: Format = {
  name: 'tt',
  about: 'a chain of cores over all modes in order',
  layout(axes, options) {
    const modes = labelModes(axes, foldAxes('tt', axes, chainCounts(axes, options), options));
    const last = modes.length - 1;
    const parts = Object.fromEntries(
      modes.map(({ label }, k) => [
        `core${k}`,
        [...(k > 0 ? [`r${k}`] : []), label, ...(k < last ? [`r${k + 1}`] : [])],
      ]),
    );
    return layoutOfModes({ parts }, modes);
  },
};
