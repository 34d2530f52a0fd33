/**
 * Contraction of two operands over one group of labels, by strides or offset tables: the one primitive through which
 * matmul, einsum pairs, factorised layers and convolutions go, without a permuted copy and without im2col.
 */

import { gemmCases, gemmSample } from './gemmCases.ts';
import { defineKernel, type Kernel, type Sizes, type Views } from './kernel.ts';

export const gemmFields = {
  batch: 'int',
  m: 'int',
  n: 'int',
  k: 'int',
  accumulate: 'int',
  A: 'data',
  B: 'data',
  C: 'data',
  am: 'int',
  ak: 'int',
  ab: 'int',
  bk: 'int',
  bn: 'int',
  bb: 'int',
  cm: 'int',
  cn: 'int',
  cb: 'int',
  amt: 'index',
  akt: 'index',
  abt: 'index',
  bkt: 'index',
  bnt: 'index',
  bbt: 'index',
  cmt: 'index',
  cnt: 'index',
  cbt: 'index',
} as const;

type GemmSizes = Pick<Sizes<typeof gemmFields>, 'batch' | 'm' | 'n' | 'k'>;

/** Products in one running sum; assembly/simd/tile.ts has the same, and MC and NC: lines of a packed block. */
export const KC = 256;
const MR = 6;
const MC = 96;
const NC = 1024;

/** Products a piece is worth, and the multiple of lines at which it is cut; assembly/simd/tile.ts has the same. */
const PIECE = 1 << 19;
const GRAIN = 24;
/** Workspace in front of the panels; assembly/level3/plan.ts has the same. */
const PLAN_BYTES = 10752;

/** Up to eight pieces: groups of batch elements, and `cuts` ranges of the longer side of each. */
function cutsOf({ batch, m, n, k }: GemmSizes): { groups: number; cuts: number; lines: number } {
  const want = Math.max(1, Math.min(8, Math.floor((batch * m * n * k) / PIECE)));
  const groups = Math.min(batch, want);
  const lines = Math.ceil(Math.max(m, n) / GRAIN);
  return { groups, cuts: Math.min(Math.ceil(want / groups), lines), lines };
}

/** Bytes of workspace for a product; larger sizes never need fewer. */
export function gemmBytes(m: number, n: number, k: number, elementBytes: number): number {
  const lines = Math.max(m, n);
  const steps = Math.min(k, KC);
  const panelsOfA = Math.ceil(((Math.min(lines, MC) + MR) * steps * elementBytes) / 64) * 64;
  const panelsOfB = (Math.floor((Math.min(lines, NC) * elementBytes) / 32) + 1) * (32 * steps + 64);
  return PLAN_BYTES + panelsOfA + panelsOfB;
}

/** Offsets of an axis. */
function list(stride: number, table: Int32Array, count: number): Int32Array {
  return table.length > 0 ? table : Int32Array.from({ length: count }, (_, i) => stride * i);
}

function lists(
  a: Views<typeof gemmFields>,
): Record<'am' | 'ak' | 'ab' | 'bk' | 'bn' | 'bb' | 'cm' | 'cn' | 'cb', Int32Array> {
  return {
    ...{ am: list(a.am, a.amt, a.m), ak: list(a.ak, a.akt, a.k), ab: list(a.ab, a.abt, a.batch) },
    ...{ bk: list(a.bk, a.bkt, a.k), bn: list(a.bn, a.bnt, a.n), bb: list(a.bb, a.bbt, a.batch) },
    ...{ cm: list(a.cm, a.cmt, a.m), cn: list(a.cn, a.cnt, a.n), cb: list(a.cb, a.cbt, a.batch) },
  };
}

/**
 * C[b][i,j] = sum_p A[b][i,p] B[b][p,j] for b < batch, i < m, j < n, p < k, or C += with `accumulate` = 1.
 * Element (b, i, p) of A lies at A[o(b) + o(i) + o(p)], with o(i) = amt[i] if there is a table, else i * am; likewise the
 * other axes. Strides and tables are in elements. No place of C is met twice, and C shares none with A and B.
 */
export const gemm: Kernel<typeof gemmFields> = defineKernel({
  name: 'gemm',
  dtypes: ['f32', 'f64'],
  fields: gemmFields,
  tasks(a) {
    if (a.batch * a.m * a.n === 0) return 0;
    const { groups, cuts } = cutsOf(a);
    return groups * cuts;
  },
  scratch: ({ m, n, k }, bytes) => gemmBytes(m, n, k, bytes),
  reference(a, round) {
    const { groups, cuts, lines } = cutsOf(a);
    const { am, ak, ab, bk, bn, bb, cm, cn, cb } = lists(a);
    const { A, B, C } = a;
    /** Blocks of KC products, each summed from +0 in order, added in order. */
    const entry = (first: number, second: number, c: number): void => {
      if (a.k === 0 && a.accumulate === 0) C[c] = 0;
      for (let p = 0; p < a.k; p += KC) {
        const end = Math.min(p + KC, a.k);
        let sum = 0;
        for (let q = p; q < end; q++) sum = round(sum + round(A[first + ak[q]!]! * B[second + bk[q]!]!));
        C[c] = p > 0 || a.accumulate !== 0 ? round(C[c]! + sum) : sum;
      }
    };
    for (let t = a.begin; t < a.end; t++) {
      const group = Math.floor(t / cuts);
      const cut = t % cuts;
      const from = Math.floor((lines * cut) / cuts) * GRAIN;
      const to = Math.floor((lines * (cut + 1)) / cuts) * GRAIN;
      const [i0, i1, j0, j1] = a.m > a.n ? [from, Math.min(to, a.m), 0, a.n] : [0, a.m, from, Math.min(to, a.n)];
      for (let b = Math.floor((a.batch * group) / groups); b < Math.floor((a.batch * (group + 1)) / groups); b++) {
        for (let i = i0; i < i1; i++) {
          for (let j = j0; j < j1; j++) entry(ab[b]! + am[i]!, bb[b]! + bn[j]!, cb[b]! + cm[i]! + cn[j]!);
        }
      }
    }
  },
  flops: (a) => 2 * a.batch * a.m * a.n * a.k,
  cases: gemmCases,
  sample: gemmSample,
});
