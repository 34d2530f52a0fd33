/** A matrix as two factors, W = left right: outputs against inputs and window. Storage r (m + n). */

import type { Format } from './format.ts';
import { labelModes, layoutOfModes } from './layout.ts';

export const lowRank: Format = {
  name: 'lowRank',
  about: 'two factors, W = left right',
  layout(axes) {
    const modes = labelModes(
      axes,
      axes.map(({ size }) => [size]),
    );
    const rows = modes.filter(({ role }) => role === 'out').map(({ label }) => label);
    const columns = modes.filter(({ role }) => role !== 'out').map(({ label }) => label);
    return layoutOfModes({ parts: { left: [...rows, 'r'], right: ['r', ...columns] } }, modes);
  },
};
