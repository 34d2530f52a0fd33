/**
 * Random numbers by Philox4x32-10 (src/random.ts): element i depends on the key, three counter words and i alone. A block
 * of four words makes four f32 or two f64; normals come in pairs by Box & Muller 1958.
 */

import { cos, cosf, log, logf, PI, sin, sinf } from '../math.ts';
import { philox as block, type Words } from '../random.ts';
import { defineKernel, type Kernel, type Round } from './kernel.ts';
import { eachElement, piecesOf } from './pieces.ts';
import { unset } from './samples.ts';

/** Uniform in [0, 1); normal with mean 0 and variance 1; 1 / (1 - p), or 0 with probability p. */
export const Draw = { uniform: 0, normal: 1, bernoulli: 2 } as const;

const fields = { kind: 'int', count: 'int', key: 'index', params: 'slots', out: 'data' } as const;

/**
 * out[i] = low + scale * sample i, `count` of them; `kind` is one of Draw. key: [key lo, key hi, c1, c2, c3] as i32 words;
 * the counter of a block is [its number, c1, c2, c3]. params: [low, scale, p], each rounded once to the dtype.
 */
export const philox: Kernel<typeof fields> = defineKernel({
  name: 'philox',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => piecesOf(a.count),
  scratch: () => 64,
  reference(a, round) {
    const [lo, hi, c1, c2, c3] = a.key;
    const [low, scale, p] = [round(a.params[0]!), round(a.params[1]!), round(a.params[2]!)];
    const single = a.out instanceof Float32Array;
    const each = single ? 4 : 2;
    let [number, words]: [number, Words] = [-1, [0, 0, 0, 0]];
    eachElement(a, a.count, (i) => {
      const k = i % each;
      if (number !== (number = (i - k) / each)) words = block([number | 0, c1!, c2!, c3!], lo!, hi!);
      const uniform = single
        ? (at: number) => unit(words[at]!)
        : (at: number) => fine(words[2 * at]!, words[2 * at + 1]!);
      a.out[i] = round(round(scale * sampleOf(a.kind, uniform, { k, p, single, round })) + low);
    });
  },
  flops: (a) => (a.kind === Draw.normal ? 60 : 4) * a.count,
  // [count, kind]
  cases: [
    [0, 0],
    [1, 0],
    [3, 1],
    [17, 2],
    [131, 0],
    [1000, 1],
    [16389, 0],
    [16387, 1],
    [40000, 2],
  ],
  sample([count, kind], random) {
    const key = Int32Array.from({ length: 5 }, () => Math.floor(random() * 2147483648));
    const params = Float64Array.of(random() < 0 ? 0 : random(), random() < 0 ? 1 : random(), Math.abs(random()));
    return { kind: kind!, count: count!, key, params, out: unset(count!) };
  },
});

/** Uniform in [0, 1) from 24 bits. */
function unit(word: number): number {
  return (word >>> 8) * 5.9604644775390625e-8;
}

/** Uniform in [0, 1) from 27 + 26 bits. */
function fine(upper: number, lower: number): number {
  return ((upper >>> 5) * 67108864 + (lower >>> 6)) * 1.1102230246251565e-16;
}

/** Sample k of a block whose uniform numbers are uniform(0), uniform(1), ... */
function sampleOf(
  kind: number,
  uniform: (k: number) => number,
  { k, p, single, round }: { k: number; p: number; single: boolean; round: Round },
): number {
  if (kind === Draw.uniform) return uniform(k);
  if (kind === Draw.bernoulli) return uniform(k) >= p ? round(1 / round(1 - p)) : 0;
  // 1 - u is never 0
  const rest = 1 - uniform(k & ~1);
  const radius = round(Math.sqrt(round(-2 * (single ? logf(rest) : log(rest)))));
  const angle = round(round(2 * PI) * uniform(k | 1));
  const wave = single ? [cosf, sinf] : [cos, sin];
  return round(radius * wave[k & 1]!(angle));
}
