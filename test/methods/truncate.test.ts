/** Laws of dense training with one truncation, at the end or before the parts are tuned. */

import { methodLaws } from '../laws/method.ts';
import { someSettings } from '../support/toys.ts';

methodLaws('truncate');
methodLaws('finetune', {
  settings: { adamw: someSettings.adamw! },
  own: { at: 2, restart: true, rate: 0.5 },
  target: { format: 'tucker', rank: 2, keep: [] },
});
