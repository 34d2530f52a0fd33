/** Memory stays as it is over many steps; `npm run test:memory` takes 10,000 of them and looks at the process too. */

import { assert, suite } from '../support/test.ts';
import { matmulSoak, trainingSoak } from '../support/soak.ts';

const test = suite('memory');

test('300 steps of training leave the backend as it was', async () => {
  assert.is((await trainingSoak(300)).states.length, 1);
});

test('5,000 products without a scope leave the backend as it was', () => {
  assert.is(matmulSoak(5000).states.length, 1);
});

test.run();
