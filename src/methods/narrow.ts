/** A dense network of the same depth with narrower layers: at mild compression the strongest of the simple controls. */

import { narrowWidth } from '../nn/narrow.ts';
import { descent } from './descent.ts';
import { descentOptions, type MethodEntry } from './settings.ts';

export const narrow: MethodEntry = {
  name: 'narrow',
  about: 'dense, all widths cut until as few parameters are stored',
  start: 'dense',
  isControl: true,
  settings: {},
  remodel: (family, options, budget) => ({ width: narrowWidth(family, options, budget) }),
  build: (common) => ({ ...descent(descentOptions(common)), name: 'narrow' }),
};
