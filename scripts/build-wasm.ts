/**
 * Compiles assembly/ to build/*.wasm and writes the three shapes in which dist/ ships it. `npm run build:wasm`, or
 * `npm run build:wasm simd` for one target of asconfig.json.
 * The same sources give the same bytes; the hash printed last says which. Every output appears whole or not at all, so
 * that whoever reads while it is built gets the old file or the new one.
 */

import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import { markOfSources } from './support/build.ts';

const TARGETS: Readonly<Record<string, string>> = { simd: 'build/kernels.wasm', debug: 'build/kernels.debug.wasm' };

/** Of the sources as they are before the compiler reads them: what changes meanwhile makes the build an old one. */
const mark = markOfSources();

const TYPES = `/** The compiled kernels, made on first use. */
export default function module(): WebAssembly.Module;
/** The mark of the sources they were compiled from; modules carry it in their section 'rankwise'. */
export const build: string;
`;

/** For hosts that resolve wasm files to compiled modules (workerd). */
const MODULE = `import compiled from './kernels.wasm';
export const build = '${mark}';
export default function module() {
  return compiled;
}
`;

/**
 * For all others: the bytes as text, compiled synchronously at first use. Hexadecimal is longer than base64 and yet a
 * third smaller on the way: compression sees whole bytes.
 */
const inline = (wasm: Buffer): string => `export const build = '${mark}';
const text = '${wasm.toString('hex')}';
const digit = (k) => (text.charCodeAt(k) & 15) + 9 * (text.charCodeAt(k) >> 6);
let compiled;
export default function module() {
  if (compiled === undefined) {
    const bytes = new Uint8Array(text.length / 2);
    for (let k = 0; k < bytes.length; k++) bytes[k] = 16 * digit(2 * k) + digit(2 * k + 1);
    compiled = new WebAssembly.Module(bytes);
  }
  return compiled;
}
`;

/** The mark as a custom section: id, length, name, content; all shorter than 128 bytes. */
function section(): Uint8Array {
  const [name, content] = ['rankwise', mark].map((text) => Buffer.from(text));
  return Uint8Array.from([0, 1 + name!.length + content!.length, name!.length, ...name!, ...content!]);
}

function writeWhole(path: string, content: string | Buffer): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

/** Compiles one target of asconfig.json; prints what the compiler says and leaves when it refuses. */
async function compile(target: string, path: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  const { error, stderr } = await asc.main(['--config', 'asconfig.json', '--target', target, '--outFile', draft]);
  if (error !== null) {
    process.stderr.write(`${stderr.toString()}${target}: ${error.message}\n`);
    process.exit(1);
  }
  appendFileSync(draft, section());
  renameSync(draft, path);
}

mkdirSync('build', { recursive: true });
mkdirSync('dist', { recursive: true });
const asked = process.argv.slice(2);
for (const target of asked.length > 0 ? asked : Object.keys(TARGETS)) {
  const path = TARGETS[target];
  if (path === undefined) {
    process.stderr.write(`build: the target is known; got ${target}; choose from ${Object.keys(TARGETS).join(', ')}\n`);
    process.exit(2);
  }
  await compile(target, path);
}
const wasm = readFileSync(TARGETS.simd!);
writeWhole('dist/kernels.wasm', wasm);
writeWhole('dist/wasm.inline.js', inline(wasm));
writeWhole('dist/wasm.inline.d.ts', TYPES);
writeWhole('dist/wasm.module.js', MODULE);
process.stdout.write(`kernels.wasm ${wasm.length} bytes, sha256 ${createHash('sha256').update(wasm).digest('hex')}\n`);
