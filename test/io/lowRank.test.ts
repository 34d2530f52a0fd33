/** Files of low-rank tensors: what is saved comes back bit for bit, and what does not belong together is refused. */

import { FormatError, NonFiniteError } from '../../src/errors.ts';
import { formats } from '../../src/formats/all.ts';
import { full } from '../../src/formats/algebra.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { Factored } from '../../src/formats/network.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import { isLowRankFile, type LowRankFile, loadLowRank, saveLowRank } from '../../src/io/lowRank.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../src/io/safetensors.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { sameBytes } from '../support/bytes.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('lowRank file');

const halves: StoredTensor = { dtype: 'BF16', shape: [3], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) };

function factored(name: string): Factored {
  const format = formats.find((f) => f.name === name)!;
  const layout = format.layout([
    { size: 12, role: 'out' },
    { size: 10, role: 'in' },
  ]);
  return randomFactored(name, layout, resolveRanks(format, layout, 2), { std: 1, key: key(3), dtype: 'f64' });
}

const sample = (): LowRankFile =>
  new Map<string, Factored | StoredTensor>([
    ...formats.map(({ name }): [string, Factored] => [`layers.0.${name}`, factored(name)]),
    ['layers.0.bias', halves],
    ['__proto__', factored('tt')],
  ]);

test('every format and every dense dtype comes back', () => {
  const saved = sample();
  const bytes = saveLowRank(saved);
  assert.ok(isLowRankFile(readSafetensors(bytes).metadata));
  const loaded = loadLowRank(bytes);
  assert.equal([...loaded.keys()].sort(), [...saved.keys()].sort());
  for (const [name, x] of saved) {
    const y = loaded.get(name)!;
    if (!(x instanceof Factored)) {
      assert.equal(y, x);
      continue;
    }
    assert.ok(y instanceof Factored);
    assert.equal([y.format, y.net, y.axes], [x.format, x.net, x.axes]);
    assert.equal(dataSync(full(y)), dataSync(full(x)));
  }
  sameBytes(saveLowRank(loaded), bytes);
});

test('what collides, is missing or is not finite is refused', () => {
  const x = factored('tt');
  const collides: LowRankFile = new Map<string, Factored | StoredTensor>([
    ['a', x],
    ['a.core0', halves],
  ]);
  throws(() => saveLowRank(collides), FormatError, /distinct/);
  const parts = { ...x.parts, core0: tensor(new Float64Array(x.parts.core0!.size).fill(NaN), x.parts.core0!.shape) };
  throws(() => saveLowRank(new Map([['a', new Factored(x.format, x.net, x.axes, parts)]])), NonFiniteError, /a.core0/);
  const { tensors, metadata } = readSafetensors(saveLowRank(new Map([['a', x]])));
  const without = [...tensors].filter(([name]) => name !== 'a.core1');
  throws(() => loadLowRank(writeSafetensors(without, metadata)), FormatError, /a.core1/);
  const swapped = [...tensors].map(([name, t]): [string, StoredTensor] => [name === 'a.core1' ? 'a.other' : name, t]);
  throws(() => loadLowRank(writeSafetensors(swapped, metadata)), FormatError, /a.core1/);
  throws(() => loadLowRank(writeSafetensors([...tensors])), FormatError, /'rankwise\.tensors'/);
  const sum = new Map(metadata).set('rankwise.tensors', '{"version":1,"nodes":{"a":{"kind":"sum","frozen":[]}}}');
  throws(() => loadLowRank(writeSafetensors([...tensors], sum)), FormatError, /low-rank/);
});

test.run();
