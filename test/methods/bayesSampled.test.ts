import { methodLaws } from '../laws/method.ts';
import { plainSettings } from '../support/toys.ts';

methodLaws('bayes', {
  settings: {
    sgd: { ...plainSettings, momentum: 0.9, schedule: 'plateau', weightDecay: 1e-3 },
    adam: { ...plainSettings, optimizer: 'adam', learningRate: 0.01, clip: 0.5, schedule: 'cosine' },
  },
  own: { inference: 'sampled', weight: 0.01, delay: 1, warmup: 1, threshold: 0.01, pruneFrom: 1 },
});
