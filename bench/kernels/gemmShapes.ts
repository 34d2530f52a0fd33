/** What the contraction kernel is measured on: squares, thin products, layers and convolutions as training meets them. */

import type { gemmFields } from '../../src/kernels/gemm.ts';
import type { Random, Sample } from '../../src/kernels/kernel.ts';

type Call = Sample<typeof gemmFields>;

export interface Shape {
  /** m x k x n. */
  readonly name: string;
  call(random: Random): Call;
  /** Worth comparing with plain loops. */
  readonly plain?: boolean;
}

const none = {
  ...{ amt: null, akt: null, abt: null, bkt: null, bnt: null, bbt: null, cmt: null, cnt: null, cbt: null },
};

interface Dense {
  readonly batch?: number;
  /** A is stored as [k, m]; B as [n, k]. */
  readonly turnA?: boolean;
  readonly turnB?: boolean;
  readonly plain?: boolean;
  readonly what?: string;
}

const filled = (length: number, random: Random): Float64Array => Float64Array.from({ length }, random);

function dense(m: number, k: number, n: number, { batch = 1, turnA, turnB, plain, what }: Dense = {}): Shape {
  const turns = `${turnA ? ' At' : ''}${turnB ? ' Bt' : ''}`;
  return {
    name: `${batch > 1 ? `${batch} of ` : ''}${m}x${k}x${n}${turns}${what ? ` ${what}` : ''}`,
    plain,
    call: (random) => ({
      ...{ batch, m, n, k, accumulate: 0, ...none },
      ...{ A: filled(batch * m * k, random), B: filled(batch * k * n, random), C: filled(batch * m * n, random) },
      ...{ am: turnA ? 1 : k, ak: turnA ? m : 1, ab: m * k, bk: turnB ? 1 : n, bn: turnB ? k : 1, bb: k * n },
      ...{ cm: n, cn: 1, cb: m * n },
    }),
  };
}

const table = (count: number, offset: (i: number) => number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => offset(i));

/** A convolution over `images` planes of `size` x `size` in `from` channels to `to` channels, and its weights' gradient. */
function conv(images: number, from: number, size: number, to: number, taps: number): Shape[] {
  const places = size - taps + 1;
  const plane = places * places;
  const [n, k] = [images * plane, from * taps * taps];
  const tap = table(
    k,
    (p) => Math.floor(p / taps / taps) * size * size + (Math.floor(p / taps) % taps) * size + (p % taps),
  );
  const place = table(
    n,
    (j) => Math.floor(j / plane) * from * size * size + Math.floor((j % plane) / places) * size + (j % places),
  );
  const result = table(n, (j) => Math.floor(j / plane) * to * plane + (j % plane));
  const what = `convolution ${images}x${from}x${size}x${size}`;
  const zero = { batch: 1, accumulate: 0, ab: 0, bb: 0, cb: 0, bk: 0, bn: 0, ...none };
  return [
    {
      name: `${to}x${k}x${n} ${what}`,
      call: (random) => ({
        ...{ ...zero, m: to, n, k, am: k, ak: 1, bkt: tap, bnt: place, cm: plane, cn: 0, cnt: result },
        ...{ A: filled(to * k, random), B: filled(images * from * size * size, random), C: filled(n * to, random) },
      }),
    },
    {
      name: `${to}x${n}x${k} gradient of weights, ${what}`,
      call: (random) => ({
        ...{ ...zero, m: to, n: k, k: n, am: plane, ak: 0, akt: result, bkt: place, bnt: tap, cm: k, cn: 1 },
        ...{ A: filled(n * to, random), B: filled(images * from * size * size, random), C: filled(to * k, random) },
      }),
    },
  ];
}

export const gemmShapes: readonly Shape[] = [
  ...[8, 16, 32, 64, 128, 256, 512, 1024].map((n) => dense(n, n, n, { plain: n === 64 || n === 256 })),
  ...[dense(256, 256, 256, { turnA: true }), dense(256, 256, 256, { turnB: true })],
  ...[dense(256, 16, 256), dense(1024, 32, 32), dense(64, 784, 128), dense(64, 784, 256)],
  ...[dense(1024, 16, 16), dense(16, 1024, 16), dense(4096, 4, 64)],
  ...[dense(64, 256, 10, { what: 'classifier' }), dense(64, 256, 10, { turnB: true, what: 'classifier' })],
  ...[dense(256, 64, 10, { turnA: true, what: 'classifier' }), dense(64, 10, 256, { what: 'classifier' })],
  ...[dense(256, 256, 1), dense(1, 256, 256), dense(256, 256, 1, { turnA: true })],
  ...[dense(4, 4, 4, { batch: 200 }), dense(8, 8, 8, { batch: 200 }), dense(5, 10, 5, { batch: 200 })],
  ...conv(64, 1, 28, 20, 5),
  ...conv(64, 20, 12, 50, 5),
  ...conv(64, 1, 28, 6, 5),
  ...conv(64, 6, 12, 16, 5),
  ...conv(16, 3, 32, 16, 3),
];
