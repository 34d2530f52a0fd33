/** The check of the compiled kernels sees each way to break a contract, on small modules compiled here. */

import asc from 'assemblyscript/asc';
import { type Contract, checkArguments, checkModule } from '../../scripts/check-wasm.ts';
import { sectionsOf } from '../../scripts/support/wasm.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('check:wasm');

const OPTIONS = ['--runtime', 'stub', '--importMemory', '--noExportMemory', '--enable', 'simd', '--noAssert'];

/** Compiles one AssemblyScript text with the options of asconfig.json. */
async function compile(text: string): Promise<Uint8Array<ArrayBuffer>> {
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main(['index.ts', ...OPTIONS, '--optimize', '--outFile', 'out.wasm'], {
    readFile: (name) => (name === 'index.ts' ? text : null),
    writeFile: (_name, contents) => {
      binary = Uint8Array.from(contents as Uint8Array);
    },
    listFiles: () => [],
  });
  if (error !== null) throw new Error(stderr.toString());
  return binary;
}

const contract = (name: string, fields: Contract['fields'] = {}): Contract => ({ name, dtypes: ['f64'], fields });
const GOOD = 'export function twice_f64(args: usize): void { store<f64>(args, 2 * load<f64>(args)); }';

test('a good module passes, and its exports are the contracts, no more and no less', async () => {
  const bytes = await compile(GOOD);
  assert.equal(checkModule(bytes, [contract('twice')]), []);
  assert.match(checkModule(bytes, [contract('twice'), contract('half')])[0]!, /half_f64: a contract has an export/);
  assert.match(checkModule(bytes, [])[0]!, /twice_f64: an export has a contract/);
});

test('an export takes one address', async () => {
  const bytes = await compile('export function twice_f64(a: usize, n: i32): void { store<i32>(a, n); }');
  assert.match(checkModule(bytes, [contract('twice')])[0]!, /got 2 arguments/);
});

test('state, data, imports and start functions are refused', async () => {
  const global = await compile(`let calls = 0; export function count_f64(a: usize): void { store<i32>(a, ++calls); }`);
  assert.match(checkModule(global, [contract('count')]).join(), /no mutable globals; got 1/);
  const data = await compile(
    `const t: StaticArray<f64> = [1, 2, 3]; export function at_f64(a: usize): void { store<f64>(a, t[load<i32>(a)]); }`,
  );
  assert.match(checkModule(data, [contract('at')]).join(), /no data segments/);
  const abort = await compile(`export function no_f64(a: usize): void { if (a == 7) throw new Error('no'); }`);
  assert.match(checkModule(abort, [contract('no')]).join(), /only import; got env\.abort/);
  const start = await compile(`store<i32>(0, 1); ${GOOD}`);
  assert.is(sectionsOf(start).hasStart || sectionsOf(start).mutableGlobals > 0, true);
  assert.match(checkModule(start, [contract('twice')]).join(), /no start function|no mutable globals/);
});

test('a module has a greatest size', async () => {
  const bytes = await compile(GOOD);
  const name = 1024 * 1024;
  const length = [0x80 | (name & 0x7f), 0x80 | ((name >> 7) & 0x7f), name >> 14];
  const padded = Uint8Array.from([...bytes, 0, ...length, 0, ...new Uint8Array(name - 1)]);
  assert.match(checkModule(padded, [contract('twice')])[0]!, /at most \d+ bytes; got 10\d{5}/);
});

const INDEX = 'export function gemv_f64(args: usize): void { gemv<f64>(changetype<GemvArgs>(args)); }';
const FIELDS = { m: 'int', alpha: 'real', shape: 'dims', A: 'data' } as const;

const blocks = (fields: string, index = INDEX): string[] =>
  checkArguments(
    new Map([
      ['assembly/abi.ts', '@unmanaged export class Head { begin: i32; end: i32; work: usize; }'],
      ['assembly/gemv.ts', `@unmanaged export class GemvArgs extends Head { ${fields} }`],
      ['assembly/index.ts', index],
    ]),
    [contract('gemv', FIELDS)],
  );

test('an argument class has the fields of its contract in order and kind', () => {
  assert.equal(blocks('m: i32; alpha: f64; shape: usize; A: usize;'), []);
  assert.equal(blocks('m: u32; alpha: f64; shape: usize; A: usize;'), []);
  assert.match(blocks('alpha: f64; m: i32; shape: usize; A: usize;')[0]!, /got alpha: f64; the contract has m: i32/);
  assert.match(blocks('m: i32; alpha: f32; shape: usize; A: usize;')[0]!, /got alpha: f32/);
  assert.match(blocks('m: i32; alpha: f64; shape: usize;')[0]!, /got nothing; the contract has A: usize/);
  assert.match(blocks('m: i32; alpha: f64; shape: usize; A: usize; B: usize;')[0]!, /got B: usize; .* nothing more/);
});

test('an export line names its dtype and its class', () => {
  const fields = 'm: i32; alpha: f64; shape: usize; A: usize;';
  assert.equal(blocks(fields, INDEX.replace('<f64>', '<u64>')), []);
  assert.match(blocks(fields, INDEX.replace('<f64>', '<f32>'))[0]!, /ends in the dtype .*; got <f32>/);
  assert.match(blocks(fields, INDEX.replace('GemvArgs', 'OtherArgs'))[0]!, /got 'OtherArgs'; declare the class/);
});

test.run();
