/**
 * Tucker: a core and one factor a mode (Kolda & Bader 2009, section 4). Window modes of a convolution stay in the core,
 * so that a convolution becomes 1x1, small, 1x1 (Tucker-2; Kim et al. 2016).
 */

import { wholeAxes } from './fold.ts';
import type { Format } from './format.ts';
import { labelModes, layoutOfModes } from './layout.ts';

export const tucker: Format = {
  name: 'tucker',
  about: 'a core and one factor a mode; window modes stay in the core',
  layout(axes, options) {
    const modes = labelModes(axes, wholeAxes('tucker', axes, options));
    const parts: Record<string, string[]> = {};
    const core: string[] = [];
    modes.forEach(({ label, role }, k) => {
      if (role === 'window') core.push(label);
      else {
        core.push(`r${k}`);
        parts[`factor${k}`] = [label, `r${k}`];
      }
    });
    return layoutOfModes({ parts: { core, ...parts } }, modes);
  },
  // Ranks grow in proportion to the modes, so that every mode is cut alike.
  weight: (layout, bond) => layout.bounds[bond]!,
};
