/** The full tensor as a network of one part: the format to compare all others with. */

import type { Format } from './format.ts';
import { labelModes, layoutOfModes } from './layout.ts';

export const dense: Format = {
  name: 'dense',
  about: 'the full tensor',
  layout(axes) {
    const modes = labelModes(
      axes,
      axes.map(({ size }) => [size]),
    );
    return layoutOfModes({ parts: { full: modes.map(({ label }) => label) } }, modes);
  },
};
