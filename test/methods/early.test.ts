/** Laws of decomposing early: at an epoch, back to dense and again; by settled spectra; with every kind of format. */

import { methodLaws } from '../laws/method.ts';
import { someSettings } from '../support/toys.ts';

methodLaws('early', {
  settings: { plain: someSettings['plain sgd']!, adamw: someSettings.adamw! },
  own: { at: 1, floor: 2, rebuild: 3 },
});
methodLaws('early', {
  settings: { momentum: someSettings['momentum and plateau']! },
  own: {
    when: 'settled',
    eps: 5,
    window: 1,
    ranks: 'stable',
    floor: 1,
    linear: 'lowRank',
    conv: 'cp',
    speedup: 0.1,
    reset: 'all',
  },
});
