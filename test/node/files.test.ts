/** Files: written whole or not at all whatever fails, read within bounds, every fault typed and with its path. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import * as host from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { BackendError } from '../../src/errors.ts';
import { type FileHost, isFile, makeFolder, readBytes, writeAtomic } from '../../src/node/files.ts';
import { gunzip, inflate } from '../../src/node/unpack.ts';
import { refuses, refusesLater } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

const root = mkdtempSync(join(tmpdir(), 'rankwise-files-'));
let made = 0;
/** A new empty folder. */
function folder(): string {
  const path = join(root, String(made++));
  mkdirSync(path);
  return path;
}
test.after(() => rmSync(root, { recursive: true, force: true }));

const OLD = Uint8Array.of(1, 2, 3);
const NEW = Uint8Array.of(4, 5, 6, 7);

/** Asserts that `write` is refused with a BackendError whose text matches. */
async function cannot(write: () => Promise<unknown>, pattern: RegExp): Promise<void> {
  const error = await write().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  assert.instance(error, BackendError);
  assert.match((error as Error).message, pattern);
  assert.match((error as Error).message, /^[a-zA-Z]+: .+; got .+; .+$/);
}

test('a file is created and replaced, and nothing else is left', async () => {
  const path = join(folder(), 'a.bin');
  await writeAtomic(path, OLD);
  assert.equal(await readBytes(path), OLD);
  await writeAtomic(path, NEW);
  assert.equal(await readBytes(path), NEW);
  await writeAtomic(path, new Uint8Array(0));
  assert.is((await readBytes(path)).length, 0);
  assert.equal(readdirSync(join(path, '..')), ['a.bin']);
});

const fault = (code: string): Error => Object.assign(new Error(code), { code });

/** The host with the call named `at` failing: one of a file's own, or one of the file system's. */
function failing(at: string, code: string, log: string[]): FileHost {
  const call = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    log.push(name);
    if (name === at) throw fault(code);
    return run();
  };
  const open = async (path: string, flags: string): Promise<host.FileHandle> => {
    const kind = flags === 'r' ? 'folder' : 'file';
    const handle = await call(`${kind} open`, () => host.open(path, flags));
    return {
      writeFile: (bytes: Uint8Array) =>
        call(`${kind} write`, () => handle.writeFile(bytes)).catch(async (cause) => {
          // A full disk takes a part.
          await handle.writeFile(bytes.subarray(0, bytes.length >> 1));
          throw cause;
        }),
      sync: () => call(`${kind} sync`, () => handle.sync()),
      close: async () => {
        await handle.close();
        await call(`${kind} close`, async () => {});
      },
    } as unknown as host.FileHandle;
  };
  const rename = (from: string, to: string): Promise<void> => call('rename', () => host.rename(from, to));
  return { ...host, open, rename } as unknown as FileHost;
}

test('the steps are those of a safe replacement, in order', async () => {
  const log: string[] = [];
  await writeAtomic(join(folder(), 'a.bin'), NEW, failing('nothing', '', log));
  assert.equal(log, [
    ...['file open', 'file write', 'file sync', 'file close', 'rename'],
    ...['folder open', 'folder sync', 'folder close'],
  ]);
});

for (const code of ['ENOSPC', 'EACCES', 'EROFS', 'EIO']) {
  for (const at of ['file open', 'file write', 'file sync', 'file close', 'rename']) {
    test(`${code} at ${at}: a typed error, the old file untouched, no temporary left`, async () => {
      const path = join(folder(), 'a.bin');
      await writeAtomic(path, OLD);
      await cannot(() => writeAtomic(path, NEW, failing(at, code, [])), new RegExp(`got ${code} for ".*a\\.bin"`));
      assert.equal(new Uint8Array(readFileSync(path)), OLD);
      assert.equal(readdirSync(join(path, '..')), ['a.bin']);
    });
  }
}

test('a folder that cannot be flushed is no fault, a disk that fails while flushing is', async () => {
  const path = join(folder(), 'a.bin');
  for (const code of ['EPERM', 'EINVAL', 'EISDIR']) {
    await writeAtomic(path, NEW, failing('folder open', code, []));
    await writeAtomic(path, NEW, failing('folder sync', code, []));
  }
  await cannot(() => writeAtomic(path, NEW, failing('folder sync', 'EIO', [])), /got EIO/);
});

test('the remedy fits the fault', async () => {
  const path = join(folder(), 'a.bin');
  await cannot(
    () => writeAtomic(path, NEW, failing('file write', 'ENOSPC', [])),
    /the disk has room; .*; free some space/,
  );
  await cannot(() => writeAtomic(path, NEW, failing('file open', 'EROFS', [])), /can be written; .*; choose another/);
  await cannot(() => writeAtomic(join(path, '..', 'no', 'a.bin'), NEW), /exists; got ENOENT for/);
  writeFileSync(path, OLD);
  await cannot(() => writeAtomic(join(path, 'b.bin'), NEW), /is a folder; got ENOTDIR/);
  await cannot(() => writeAtomic(join(path, '..'), NEW), /got E(ISDIR|BUSY|NOTEMPTY|EXIST)/);
  await cannot(() => writeAtomic(join(path, '..', 'n'.repeat(300)), NEW), /ENAMETOOLONG/);
  await cannot(() => makeFolder(join(path, 'sub')), /got (ENOTDIR|EEXIST)/);
  await makeFolder(join(path, '..', 'x', 'y'));
  await makeFolder(join(path, '..', 'x', 'y'));
  assert.is(await isFile(path), true);
  assert.is(await isFile(join(path, '..', 'x')), false);
});

test('temporary files of the same target older than a day are removed, others stay', async () => {
  const at = folder();
  const names = ['a.bin.tmp-12-0123456789ab', 'a.bin.tmp-13-0123456789ab', 'b.bin.tmp-12-0123456789ab', 'a.bin.tmp-x'];
  for (const name of names) {
    writeFileSync(join(at, name), OLD);
    const age = name.includes('-13-') ? 3600 : 100_000;
    utimesSync(join(at, name), Date.now() / 1000 - age, Date.now() / 1000 - age);
  }
  await writeAtomic(join(at, 'a.bin'), NEW);
  assert.equal(readdirSync(at).sort(), ['a.bin', ...names.slice(1)].sort());
});

const loop = new URL('writeLoop.ts', import.meta.url).pathname;

test('beyond the limit of the host a real write fails and the old file stays', async () => {
  if (process.platform === 'win32') return;
  const path = join(folder(), 'a.bin');
  await writeAtomic(path, OLD);
  // ulimit counts blocks of 512 or 1024 bytes.
  const script = `ulimit -f 8; exec "$0" --import tsx "$1" "$2" 100000 1`;
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, loop, path], { encoding: 'utf8' });
  assert.is(status, 1);
  assert.match(stderr, /BackendError: writeAtomic: the file is within the size limit; got EFBIG/);
  assert.equal(new Uint8Array(readFileSync(path)), OLD);
  assert.equal(readdirSync(join(path, '..')), ['a.bin']);
});

test('a killed writer leaves a whole file', async () => {
  const at = folder();
  const path = join(at, 'a.bin');
  const size = 300_000;
  const kills = Number(process.env.RANKWISE_CRASHES ?? 6);
  for (let k = 0; k < kills; k++) {
    const child = spawn(process.execPath, ['--import', 'tsx', loop, path, String(size)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout!, 'data');
    await setTimeout(3 + 7 * k);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const bytes = readFileSync(path);
    assert.is(bytes.length, size);
    assert.ok(bytes.every((b) => b === bytes[0]));
  }
  // What a kill may leave is a temporary file, never another name.
  assert.ok(readdirSync(at).every((name) => name === 'a.bin' || /^a\.bin\.tmp-\d+-[0-9a-f]{12}$/.test(name)));
});

test('reading is bounded and names what is wrong', async () => {
  const at = folder();
  const path = join(at, 'a.bin');
  writeFileSync(path, NEW);
  assert.equal(await readBytes(path, 4), NEW);
  await refusesLater(() => readBytes(path, 3), /at most 3 bytes; got 4 in ".*a\.bin"/);
  await refusesLater(() => readBytes(join(at, 'b.bin')), /exists; got ENOENT for ".*b\.bin"/);
  await refusesLater(() => readBytes(at), /names a file/);
  await refusesLater(() => readBytes(join(path, 'c')), /ENOTDIR/);
  if (process.platform !== 'win32') await refusesLater(() => readBytes('/dev/zero'), /names a file/);
});

test('unpacking is bounded and typed', () => {
  const data = Uint8Array.from({ length: 5000 }, (_, k) => k * k);
  const packed = gzipSync(data);
  assert.equal(new Uint8Array(gunzip(packed, 5000)), data);
  refuses(() => gunzip(packed, 4999), /at most 4999 bytes/);
  refuses(() => gunzip(packed.subarray(0, -3)), /packed data is whole/);
  refuses(() => gunzip(Buffer.concat([packed, Buffer.from('junk')])), /packed data is whole/);
  refuses(() => gunzip(gzipSync(new Uint8Array(20e6))), /unpacks to at most/);
  refuses(() => inflate(Uint8Array.of(1, 2, 3), 10), /inflate: the packed data is whole/);
});

test.run();
