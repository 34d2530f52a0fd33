/** Hierarchical Tucker: a balanced binary tree; leaves are factors [n, r], inner nodes join two ranks (Grasedyck 2010). */

import { foldAxes } from './fold.ts';
import type { Format } from './format.ts';
import { labelModes, layoutOfModes, type Mode } from './layout.ts';
import { chainCounts } from './tt.ts';

export const ht: Format = {
  name: 'ht',
  about: 'a binary tree of factors and transfer tensors',
  layout(axes, options) {
    const modes = labelModes(axes, foldAxes('ht', axes, chainCounts(axes, options), options));
    const parts: Record<string, string[]> = {};
    let next = 0;
    /** Adds the parts over modes [from, to); returns the label of the subtree: a bond, or the mode itself at the top. */
    const grow = (from: number, to: number, top: boolean): string[] => {
      if (to - from === 1) {
        const mode = modes[from] as Mode;
        const bond = `r${next++}`;
        parts[`factor${from}`] = top ? [mode.label] : [mode.label, bond];
        return top ? [] : [bond];
      }
      const middle = from + Math.ceil((to - from) / 2);
      const bond = top ? [] : [`r${next++}`];
      const node = `node${from}_${to - 1}`;
      const below = [...grow(from, middle, false), ...grow(middle, to, false)];
      parts[node] = [...below, ...bond];
      return bond;
    };
    grow(0, modes.length, true);
    return layoutOfModes({ parts }, modes);
  },
};
