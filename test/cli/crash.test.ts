import { crash } from '../support/crash.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('crash');

test('three kills leave whole files, and the runs gone on with end as one that nothing disturbed', async () => {
  const { kills } = await crash(3, 7);
  assert.is(kills, 3);
});

test.run();
