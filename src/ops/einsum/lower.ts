/**
 * From labels to the contraction kernel: C[b][i, j] = sum over p of A[b][i, p] B[b][p, j]. Labels of both operands and
 * the result are the batch b; of one operand and the result, i or j; all others, the sum p. Any strides will do, also 0
 * and negative ones, so nothing is permuted or copied before or after.
 */

import type { Backend, Operand } from '../../backend/backend.ts';
import { gemm } from '../../kernels/gemm.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { tableOf, type Walk, walkOf } from './offsets.ts';

/** A label with its size and its stride in each operand; 0 where the operand lacks it. */
export interface Mode {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly inA: boolean;
  readonly inB: boolean;
  readonly inC: boolean;
}

/** A contraction ready to run on operands of one set of shapes and strides. */
export interface Lowered {
  readonly args: Record<string, unknown>;
  readonly tables: readonly (readonly [field: string, walk: Walk])[];
  /** The least offsets from the first element of each operand. */
  readonly low: { readonly a: number; readonly b: number; readonly c: number };
}

/**
 * Sorts modes into the kernel's groups and merges them. Modes of size 1 are dropped. Which of i and j runs along vectors
 * is the kernel's own choice.
 */
export function lower(all: readonly Mode[]): Lowered {
  const modes = all.filter(({ size }) => size !== 1);
  // Modes of the result in its order of storage, so that its groups merge.
  const kept = modes.filter(({ inC }) => inC).sort((x, y) => Math.abs(y.c) - Math.abs(x.c));
  const groups = {
    batch: kept.filter(({ inA, inB }) => inA === inB),
    m: kept.filter(({ inA, inB }) => inA && !inB),
    n: kept.filter(({ inA, inB }) => inB && !inA),
    k: inOrderOfSum(modes.filter(({ inC }) => !inC)),
  };
  hoist(groups.batch, groups.m);
  hoist(groups.batch, groups.n);
  return pack(groups);
}

/** Positions on one axis that may take tables, and the fewest that are worth a matrix of a batch. */
const LONG = 131_072;
const LINES = 256;

/** Outer modes of an axis that is too long for tables become a batch, which the other operand does not have. */
function hoist(batch: Mode[], axis: Mode[]): void {
  const count = (modes: readonly Mode[]): number => modes.reduce((size, mode) => size * mode.size, 1);
  const tables = (): boolean => (['a', 'b', 'c'] as const).some((key) => walk(axis, key).key !== null);
  while (count(axis) > LONG && count(axis.slice(1)) >= LINES && tables()) batch.push(axis.shift()!);
}

interface Groups {
  readonly batch: Mode[];
  readonly m: Mode[];
  readonly n: Mode[];
  readonly k: Mode[];
}

/** The order of the summed modes that lets A be walked with one stride, or else B. */
function inOrderOfSum(modes: readonly Mode[]): Mode[] {
  const by = (key: 'a' | 'b'): Mode[] => [...modes].sort((x, y) => Math.abs(y[key]) - Math.abs(x[key]));
  const orders = [by('a'), by('b')];
  const tables = orders.map((order) => (['a', 'b'] as const).filter((key) => walk(order, key).key !== null).length);
  return tables[1] < tables[0] ? orders[1] : orders[0];
}

function walk(modes: readonly Mode[], key: 'a' | 'b' | 'c'): Walk {
  return walkOf(
    modes.map(({ size }) => size),
    modes.map((mode) => mode[key]),
  );
}

function pack({ batch, m, n, k }: Groups): Lowered {
  const count = (modes: readonly Mode[]): number => modes.reduce((size, mode) => size * mode.size, 1);
  const args: Record<string, unknown> = { batch: count(batch), m: count(m), n: count(n), k: count(k), accumulate: 0 };
  const tables: [string, Walk][] = [];
  const low = { a: 0, b: 0, c: 0 };
  const put = (name: string, modes: readonly Mode[], key: 'a' | 'b' | 'c'): void => {
    const w = walk(modes, key);
    low[key] += w.low;
    args[name] = w.stride;
    args[`${name}t`] = null;
    if (w.key !== null) tables.push([`${name}t`, w]);
  };
  put('am', m, 'a');
  put('ak', k, 'a');
  put('ab', batch, 'a');
  put('bk', k, 'b');
  put('bn', n, 'b');
  put('bb', batch, 'b');
  put('cm', m, 'c');
  put('cn', n, 'c');
  put('cb', batch, 'c');
  return { args, tables, low };
}

/** Runs a lowered contraction c = a b, or c += a b. */
export function runLowered(
  { args, tables, low }: Lowered,
  on: Backend,
  c: Tensor,
  a: Tensor,
  b: Tensor,
  accumulate: boolean,
): void {
  args.accumulate = accumulate ? 1 : 0;
  args.A = first(a, low.a);
  args.B = first(b, low.b);
  args.C = first(c, low.c);
  for (const [field, w] of tables) args[field] = tableOf(w, on);
  on.run(gemm, c.dtype, args as never);
}

/** The lowest element that is read; a view without elements may begin behind its storage. */
function first(x: Tensor, low: number): Operand {
  return x.storage.operand(x.size === 0 ? 0 : x.offset + low);
}

/** Modes of a contraction from the labels, sizes and strides of its operands. */
export function modesOf(
  labels: { readonly a: readonly string[]; readonly b: readonly string[]; readonly c: readonly string[] },
  a: Tensor,
  b: Tensor,
  c: Tensor,
): Mode[] {
  return [...new Set([...labels.c, ...labels.a, ...labels.b])].map((label) => {
    const [i, j, l] = [labels.a.indexOf(label), labels.b.indexOf(label), labels.c.indexOf(label)];
    return {
      size: i >= 0 ? a.shape[i] : j >= 0 ? b.shape[j] : c.shape[l],
      a: i >= 0 ? a.strides[i] : 0,
      b: j >= 0 ? b.strides[j] : 0,
      c: l >= 0 ? c.strides[l] : 0,
      inA: i >= 0,
      inB: j >= 0,
      inC: l >= 0,
    };
  });
}
