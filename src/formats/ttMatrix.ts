/**
 * TT-matrix: a chain of cores [r, m, n, s], each with one output and one input mode (Oseledets 2010; Novikov et al.
 * 2015). The window of a convolution is a core of its own at the head (Garipov et al. 2016).
 */

import { RankError } from '../errors.ts';
import { foldAxes, modeCount } from './fold.ts';
import type { Axis, Format, LayoutOptions } from './format.ts';
import { labelModes, layoutOfModes } from './layout.ts';

export const ttMatrix: Format = {
  name: 'ttMatrix',
  about: 'a chain of cores that pair output and input modes',
  layout(axes, options) {
    const modes = labelModes(axes, foldAxes('ttMatrix', axes, pairedCounts(axes, options), options));
    const rows = modes.filter(({ role }) => role === 'out');
    const columns = modes.filter(({ role }) => role === 'in');
    const window = modes.filter(({ role }) => role === 'window').map(({ label }) => label);
    if (rows.length !== columns.length) {
      const got = `${rows.length} and ${columns.length}`;
      throw new RankError('ttMatrix', 'outputs and inputs are cut into equally many modes', got, 'correct the fold');
    }
    const head = window.length > 0 ? 1 : 0;
    const last = rows.length - 1;
    const parts: Record<string, string[]> = head ? { window: [...window, 'r0'] } : {};
    rows.forEach(({ label }, k) => {
      const left = k > 0 || head ? [`r${k}`] : [];
      const right = k < last ? [`r${k + 1}`] : [];
      parts[`core${k}`] = [...left, label, columns[k]!.label, ...right];
    });
    return layoutOfModes({ parts }, modes);
  },
};

/** Output and input axes are cut alike: as often as the rows are, or as the longest asks for. */
function pairedCounts(axes: readonly Axis[], { rows }: LayoutOptions = {}): number[] {
  if (rows !== undefined) return axes.map(() => rows.length);
  const longest = Math.max(1, ...axes.map(({ size, role }) => (role === 'window' ? 1 : size)));
  // A pair of modes makes a core, so two cuts are the least that saves anything.
  const count = Math.max(2, modeCount(longest));
  return axes.map(({ role }) => (role === 'window' ? 1 : count));
}
