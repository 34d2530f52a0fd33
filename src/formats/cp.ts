/** Canonical polyadic: a sum of r outer products (Kolda & Bader 2009, section 3). Scales are absorbed in the factors. */

import { wholeAxes } from './fold.ts';
import type { Format } from './format.ts';
import { labelModes, layoutOfModes } from './layout.ts';

export const cp: Format = {
  name: 'cp',
  about: 'a sum of r outer products',
  layout(axes, options) {
    const modes = labelModes(axes, wholeAxes('cp', axes, options));
    const parts = Object.fromEntries(modes.map(({ label }, k) => [`factor${k}`, [label, 'r']]));
    const total = modes.reduce((n, { size }) => n * size, 1);
    // No tensor has a rank above the product of all modes but the longest.
    const bound = Math.max(1, total / Math.max(1, ...modes.map(({ size }) => size)));
    return layoutOfModes({ parts }, modes, { r: bound });
  },
};
