/** Memory stays as it is over many calls; `npm run test:memory` makes 100,000 of them and looks at the process too. */

import { svdSoak } from '../support/soak.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('linalg memory');

test('5,000 decompositions without a scope leave the backend as it was', () => {
  assert.is(svdSoak(5000).states.length, 1);
});

test.run();
