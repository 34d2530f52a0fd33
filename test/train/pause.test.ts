/** A pause gives the host a turn, by whatever means the host has. */

import { pause } from '../../src/train/pause.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('pause');

const host = globalThis as { setImmediate?: unknown; MessageChannel?: unknown };

for (const missing of [[], ['setImmediate'], ['setImmediate', 'MessageChannel']] as const) {
  test(`timers run during pauses without ${missing.join(' and ') || 'anything missing'}`, async () => {
    let isDue = false;
    setTimeout(() => {
      isDue = true;
    }, 1);
    const kept = { ...host, setImmediate: host.setImmediate, MessageChannel: host.MessageChannel };
    for (const name of missing) host[name] = undefined;
    try {
      for (const end = Date.now() + 5000; !isDue && Date.now() < end; ) await pause();
    } finally {
      for (const name of missing) host[name] = kept[name];
    }
    assert.ok(isDue);
  });
}

test.run();
