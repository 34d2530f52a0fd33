/** Tensor ring: a tensor train closed to a circle by one more bond (Zhao et al. 2016). */

import { foldAxes } from './fold.ts';
import type { Format } from './format.ts';
import { labelModes, layoutOfModes, treeBounds } from './layout.ts';
import { chainCounts } from './tt.ts';

export const tensorRing: Format = {
  name: 'tensorRing',
  about: 'a chain of cores closed to a ring',
  layout(axes, options) {
    const modes = labelModes(axes, foldAxes('tensorRing', axes, chainCounts(axes, options), options));
    const count = modes.length;
    const chain = (closed: boolean): Record<string, string[]> =>
      Object.fromEntries(
        modes.map(({ label }, k) => [
          `core${k}`,
          [...(k > 0 || closed ? [`r${k}`] : []), label, ...(k < count - 1 || closed ? [`r${(k + 1) % count}`] : [])],
        ]),
      );
    // A ring of one core would be a trace: the closing bond exists only between two.
    if (count < 2) return layoutOfModes({ parts: chain(false) }, modes);
    const open = modes.map(({ label }) => label);
    const sizes = Object.fromEntries(modes.map(({ label, size }) => [label, size]));
    const bounds = treeBounds({ open, parts: chain(false) }, sizes);
    const closing = Math.min(modes[0]!.size, modes[count - 1]!.size);
    return layoutOfModes({ parts: chain(true) }, modes, { r0: closing, ...bounds });
  },
};
