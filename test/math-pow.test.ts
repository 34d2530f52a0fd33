/** pow: special values, exact results, accuracy. */

import { pow } from '../src/math.ts';
import { exactly, ulps } from './support/oracle.ts';
import { seeded } from './support/random.ts';
import { assert, test } from './support/test.ts';

test('pow has the special values of ECMAScript', () => {
  const values = [0, 1, 2, 0.5, 3, 4, Infinity, 5e-324, 1e308, 2 ** 53, 2 ** 53 + 2].flatMap((x) => [x, -x]);
  for (const x of [...values, NaN]) {
    for (const y of [...values, NaN]) {
      const [mine, host] = [pow(x, y), x ** y];
      assert.ok(Object.is(mine, host) || Math.abs(mine / host - 1) < 1e-14, `${x} ** ${y}: ${mine}, not ${host}`);
    }
  }
});

test('pow is exact where it can be, and close elsewhere', () => {
  const random = seeded(77);
  for (let base = 2; base <= 40; base++) {
    for (let y = 1, value = base; value < 2 ** 53; y++, value *= base) assert.is(pow(base, y), value);
  }
  for (let i = 0; i < 2000; i++) {
    const x = Math.abs(random()) * 2 ** (40 * random());
    assert.is(pow(x, 1), x);
  }
  for (let i = 0; i < 60; i++) {
    const x = 1 + 0.9 * random();
    const y = (50 * random()) / Math.log(x);
    assert.ok(ulps(pow(x, y), exactly(y).times(exactly(x).ln()).exp(), 53) <= 2, `${x} ** ${y}`);
  }
});

test.run();
