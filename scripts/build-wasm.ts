/** Compiles assembly/ to build/*.wasm and writes the three shapes in which dist/ ships it. `npm run build:wasm` */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const TARGETS = ['simd', 'debug'];

async function compile(target: string): Promise<void> {
  const { error, stderr } = await asc.main(['--config', 'asconfig.json', '--target', target]);
  if (error === null) return;
  process.stderr.write(stderr.toString());
  process.exit(1);
}

mkdirSync('build', { recursive: true });
mkdirSync('dist', { recursive: true });
for (const target of TARGETS) await compile(target);

const wasm = readFileSync('build/kernels.wasm');
const types =
  '/** The compiled kernels, made on first use. */\nexport default function module(): WebAssembly.Module;\n';
const inline = `const text = '${wasm.toString('base64')}';
let compiled;
export default function module() {
  if (compiled === undefined) {
    const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    compiled = new WebAssembly.Module(bytes);
  }
  return compiled;
}
`;
writeFileSync('dist/kernels.wasm', wasm);
writeFileSync('dist/wasm.inline.js', inline);
writeFileSync('dist/wasm.inline.d.ts', types);
writeFileSync(
  'dist/wasm.module.js',
  "import compiled from './kernels.wasm';\nexport default function module() {\n  return compiled;\n}\n",
);
process.stdout.write(`kernels.wasm ${wasm.length} bytes\n`);
