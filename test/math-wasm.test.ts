/** The functions on lanes (assembly/simd/) give the bits of src/math.ts: both dtypes, all magnitudes, special values. */

import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import type { RealArray } from '../src/dtype.ts';
import { cos, cosf, erf, erff, exp, expf, log, logf, sigmoid, sigmoidf, sin, sinf, tanh, tanhf } from '../src/math.ts';
import { firstDifference } from './support/kernelcall.ts';
import { seeded } from './support/random.ts';
import { assert, test } from './support/test.ts';

type Apply = (from: number, to: number, bytes: number) => void;

const NAMES = ['exp', 'sigmoid', 'log', 'tanh', 'erf', 'sin', 'cos'] as const;
const HOST = {
  f32: { exp: expf, sigmoid: sigmoidf, log: logf, tanh: tanhf, erf: erff, sin: sinf, cos: cosf },
  f64: { exp, sigmoid, log, tanh, erf, sin, cos },
} as const;
const COUNT = 20_000;
const FROM = 1024;
const TO = FROM + 8 * COUNT;

const ENTRY = `import { ${NAMES.join(', ')} } from './assembly/simd/math';
${['f32', 'f64'].flatMap((T) => NAMES.map((name) => loop(name, T))).join('\n')}`;

function loop(name: string, T: string): string {
  return `export function ${name}_${T}(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, ${name}<${T}>(v128.load(from + i)));
}`;
}

/** The functions, compiled with the options of the kernels. */
async function compiled(): Promise<{ memory: WebAssembly.Memory; apply: Readonly<Record<string, Apply>> }> {
  let wasm: Uint8Array | undefined;
  const options = ['--runtime', 'stub', '--importMemory', '--enable', 'simd', '-O3', '--noAssert', '--use', 'abort='];
  const { error, stderr } = await asc.main(['entry.ts', ...options, '--outFile', 'out.wasm'], {
    readFile: (name) => {
      if (name === 'entry.ts') return ENTRY;
      if (!name.startsWith('assembly/')) return null;
      return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
    },
    writeFile: (name, contents) => {
      if (name === 'out.wasm') wasm = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  assert.is(error, null, stderr.toString());
  const memory = new WebAssembly.Memory({ initial: 8 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm as BufferSource), { env: { memory } });
  return { memory, apply: instance.exports as Readonly<Record<string, Apply>> };
}

/** Ends of ranges and changes of formula, then random bits and numbers of ordinary size. */
function fill(x: RealArray): void {
  const random = seeded(41);
  const bits = new Uint32Array(x.buffer, x.byteOffset, x.byteLength / 4);
  for (let i = 0; i < bits.length; i++) bits[i] = (random() + 1) * 2 ** 31;
  for (let i = 0; i < x.length; i += 2) x[i] = random() * 10 ** ((i % 10) - 3);
  const ends = [0, 1, 0.875, Math.SQRT1_2, Math.SQRT2, Math.PI, 2 ** 20, 2 ** 50, 10, 22, Infinity, NaN];
  const single = [
    88.72283, 88.7229, 87.33654, 103.97207, 103.97209, 89, 104, 1.2e-38, 1.1754943e-38, 1.5e-45, 3.4028234e38,
  ];
  const double = [709.7827, 709.783, 708.3964, 745.1332, 745.1333, 710, 746, 2.3e-308, 2.2250738585072014e-308, 5e-324];
  [...ends, ...single, ...double, Number.MAX_VALUE].forEach((value, i) => x.set([value, -value], 2 * i));
}

test('the lanes give the bits of the host', async () => {
  const { memory, apply } = await compiled();
  for (const [dtype, View] of [
    ['f32', Float32Array],
    ['f64', Float64Array],
  ] as const) {
    const x = new View(memory.buffer, FROM, COUNT);
    const y = new View(memory.buffer, TO, COUNT);
    fill(x);
    for (const name of NAMES) {
      apply[`${name}_${dtype}`]!(FROM, TO, x.byteLength);
      const expected = Float64Array.from(x, (value) => HOST[dtype][name](value));
      const at = firstDifference(Float64Array.from(y), expected);
      assert.is(at, -1, `${name}<${dtype}>(${x[at]}) is ${y[at]} on lanes, ${expected[at]} on the host`);
    }
  }
});

test.run();
