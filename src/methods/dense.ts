/** The network as it is, all weights dense, trained by descent: what every compression is measured against. */

import { descent } from './descent.ts';
import { descentOptions, type MethodEntry } from './settings.ts';

export const dense: MethodEntry = {
  name: 'dense',
  about: 'all weights dense: the network as it is',
  start: 'dense',
  isControl: true,
  settings: {},
  build: (common) => ({ ...descent(descentOptions(common)), name: 'dense' }),
};
