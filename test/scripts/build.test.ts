/** A build that was made from other sources than those that are there is told from one that was not. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markOfSources, staleness } from '../../scripts/support/build.ts';
import { loadWasm } from '../../src/backend/wasm/load.ts';
import { BackendError } from '../../src/errors.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('build');

test('constants and contracts make a build old, comments and layout do not', () => {
  const root = mkdtempSync(join(tmpdir(), 'rankwise-build-'));
  try {
    for (const folder of ['dist', 'src']) mkdirSync(join(root, folder));
    for (const part of ['asconfig.json', 'assembly', 'src/kernels'])
      cpSync(part, join(root, part), { recursive: true });
    const edit = (path: string, from: string | RegExp, to: string): void => {
      const text = readFileSync(join(root, path), 'utf8');
      assert.not.equal(text.replace(from, to), text);
      writeFileSync(join(root, path), text.replace(from, to));
    };
    assert.match(staleness(root), /got none; npm run build:wasm/);
    writeFileSync(join(root, 'dist/wasm.inline.js'), `export const build = '${markOfSources(root)}';\n`);
    assert.is(staleness(root), '');
    edit('src/kernels/pieces.ts', '/** Pieces', '// More.\n\n/** Parts');
    edit('assembly/simd/tile.ts', /$/, '\n\n/* A word. */\n');
    assert.is(staleness(root), '');
    edit('src/kernels/pieces.ts', 'PIECE = 16384', 'PIECE = 8192');
    assert.match(staleness(root), /got \w{16}; npm run build:wasm/);
    edit('src/kernels/pieces.ts', 'PIECE = 8192', 'PIECE = 16384');
    assert.is(staleness(root), '');
    edit('assembly/simd/tile.ts', /: i32 = \d+/, ': i32 = 7');
    assert.not.equal(staleness(root), '');
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a module of another build is refused, one without a mark is taken', () => {
  const bytes = new Uint8Array(readFileSync('dist/kernels.wasm'));
  const MARK = 16;
  const SECTION = 2 + 1 + 'rankwise'.length + MARK;
  const load = (wasm: Uint8Array<ArrayBuffer>): string => loadWasm({}, new WebAssembly.Module(wasm)).name;
  assert.is(load(bytes), 'wasm');
  assert.is(load(bytes.slice(0, bytes.length - SECTION)), 'wasm');
  const other = bytes.slice();
  other.fill(48, bytes.length - MARK);
  throws(() => loadWasm({}, bytes as never), BackendError, /^init: module is a WebAssembly\.Module; got object/);
  throws(() => load(other), BackendError, /^init: the module is of build \w{16}; got 0{16}; take 'rankwise\/kernels/);
});

test.run();
