/** Checkpoints: what is saved comes back; a file that was cut, flipped or forged is refused by name. */

import fc from 'fast-check';
import { NonFiniteError } from '../../src/errors.ts';
import { readSafetensors, type TensorData, verifyChecksums, writeSafetensors } from '../../src/io/safetensors.ts';
import { tensor } from '../../src/tensor/create.ts';
import { toArray } from '../../src/tensor/read.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/train/checkpoint.ts';
import { train } from '../../src/train/train.ts';
import { advance } from '../laws/method.ts';
import { cases, nearly, readOrRefuse, refuses } from '../support/hostile.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { convModel, methodOf, someSettings, toyTask } from '../support/toys.ts';

const test = suite('checkpoint');

const config = { data: 'toy', list: [1, 2], text: 'ä"\n' };

/** A checkpoint in the middle of a run with momentum. */
async function file(): Promise<Uint8Array> {
  const run = train(toyTask(convModel()), {
    method: methodOf('descent', someSettings['momentum and plateau']),
  });
  await advance(run, 5);
  const bytes = saveCheckpoint(run.snapshot(), config);
  run.dispose();
  return bytes;
}
const bytes = await file();

test('what the run was started with comes back', () => {
  const { snapshot, config: again } = loadCheckpoint(bytes);
  assert.equal(again, config);
  assert.is(snapshot.step, 5);
  assert.ok(snapshot.epochLoss > 0);
});

test('plain numbers of a state come back as they are', () => {
  const state = { a: { b: 3, c: Number.MAX_VALUE, d: -0.1 }, e: tensor([1, 2]) };
  const again = loadCheckpoint(
    saveCheckpoint({ params: { w: tensor(1) } as never, state, step: 0, epochLoss: 0 }, null),
  );
  const { a, e } = again.snapshot.state as typeof state;
  assert.equal([a.b, a.c, a.d], [3, Number.MAX_VALUE, -0.1]);
  assert.equal(toArray(e), [1, 2]);
});

test('a file cut anywhere is refused', () => {
  for (let size = 0; size < bytes.length; size += 512) refuses(() => loadCheckpoint(bytes.slice(0, size)), /; got /);
  refuses(() => loadCheckpoint(bytes.slice(0, -1)), /; got /);
  refuses(() => loadCheckpoint(Uint8Array.of(...bytes.slice(), 0)), /; got /);
});

test('a flipped bit in any tensor, and anywhere else, is found', () => {
  const { tensors } = readSafetensors(bytes);
  const dataStart = bytes.length - [...tensors.values()].reduce((n, { bytes: data }) => n + data.length, 0);
  const flipped = (at: number, bit: number): Uint8Array => {
    const copy = bytes.slice();
    copy[at]! ^= 1 << bit;
    return copy;
  };
  for (const [name, { bytes: data }] of tensors) {
    const at = data.byteOffset - bytes.byteOffset + (data.length >> 1);
    assert.ok(at >= dataStart);
    refuses(() => loadCheckpoint(flipped(at, 5)), /the checksum matches/, name);
  }
  for (let at = 0; at < dataStart; at += 37) refuses(() => loadCheckpoint(flipped(at, at % 8)), /; got /, `byte ${at}`);
});

test('numbers that are not finite are not saved', () => {
  const snapshot = loadCheckpoint(bytes).snapshot;
  const params = { ...(snapshot.params as object), more: tensor([0, Number.POSITIVE_INFINITY]) };
  const saved = (changed: object): unknown => saveCheckpoint({ ...snapshot, ...changed }, null);
  throws(
    () => saved({ params }),
    NonFiniteError,
    /saveCheckpoint: what is saved is finite; got Infinity in params\.more/,
  );
  throws(() => saved({ state: { x: Number.NaN } }), NonFiniteError, /tensors and finite numbers; got NaN in state\.x/);
  throws(() => saved({ state: { x: 'text' } }), NonFiniteError, /got text in state\.x/);
});

type Header = Record<string, unknown> & { leaves: unknown[]; nodes: Record<string, Record<string, unknown>> };

/** A checkpoint with another header and right checksums: what an attacker would write. */
function forged(change: (header: Header, tensors: Map<string, TensorData>) => void): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes);
  const header = JSON.parse(metadata.get('rankwise.checkpoint')!) as Header;
  change(header, tensors as never);
  const again = writeSafetensors(tensors, [['rankwise.checkpoint', JSON.stringify(header)]], { checksums: true });
  verifyChecksums(readSafetensors(again));
  return again;
}

const forgeries: [string, Parameters<typeof forged>[0], RegExp][] = [
  ['another version', (h) => void (h.version = 0), /version 1; got 0/],
  ['a negative step', (h) => void (h.step = -1), /step is a whole number/],
  ['a fraction for a step', (h) => void (h.step = 1.5), /step is a whole number/],
  ['no loss', (h) => void (h.epochLoss = null), /epochLoss is a number; got null/],
  ['leaves that are a text', (h) => void (h.leaves = 'params' as never), /leaves is a list/],
  ['a leaf that is an object', (h) => void h.leaves.push({}), /is a text; got an object/],
  ['a number without a value', (h) => void h.leaves.push(['state.x']), /is a number; got nothing/],
  ['a number that is a text', (h) => void h.leaves.push(['state.x', '1']), /is a number; got "1"/],
  ['a tensor that is not there', (h) => void h.leaves.push('params.x'), /in the file; got no params\.x/],
  ['a tensor twice', (h) => void h.leaves.push(h.leaves[0]), /in the list once/],
  ['a tensor that is not listed', (h) => void h.leaves.shift(), /in the list once/],
  ['a path through a tensor', (h) => void h.leaves.push([`${String(h.leaves[0])}.x`, 1]), /on the path of another/],
  ['no nodes', (h) => void (h.nodes = null as never), /nodes is an object; got null/],
  ['a node of another kind', (h) => void (Object.values(h.nodes)[0]!.kind = 1), /kind is factored; got 1/],
  ['a part that is a number', numberForPart, /has the parts/],
  ['no parameters', (h, t) => noParams(h, t), /a checkpoint has parameters; got none/],
];
for (const [what, change, message] of forgeries) {
  test(`a checkpoint with ${what} is refused`, () => refuses(() => loadCheckpoint(forged(change)), message));
}

function numberForPart(header: Header, tensors: Map<string, TensorData>): void {
  const path = `${Object.keys(header.nodes)[0]!}.core0`;
  tensors.delete(path);
  header.leaves = header.leaves.map((leaf) => (leaf === path ? [path, 1] : leaf));
}

function noParams(header: Header, tensors: Map<string, TensorData>): void {
  header.nodes = {};
  header.leaves = header.leaves.filter((leaf) => !String(leaf).startsWith('params'));
  for (const name of [...tensors.keys()]) if (name.startsWith('params')) tensors.delete(name);
}

test('names of prototypes in paths make nothing but branches', () => {
  const hostile = forged(
    (header) => void header.leaves.push(['state.__proto__.polluted', 1], ['state.constructor.x', 2]),
  );
  loadCheckpoint(hostile);
  assert.is(({} as { polluted?: unknown }).polluted, undefined);
});

test('a model file is not a checkpoint', () => {
  refuses(() => loadCheckpoint(writeSafetensors([], [['rankwise', '{}']])), /the metadata has 'rankwise\.checkpoint'/);
});

test('a file near a valid one is refused or the same', () => {
  fc.assert(
    fc.property(nearly([bytes]), (near) => {
      const again = readOrRefuse(() => loadCheckpoint(near));
      if (again !== undefined) assert.is(again.snapshot.step, 5);
    }),
    cases(300),
  );
});

test.run();
