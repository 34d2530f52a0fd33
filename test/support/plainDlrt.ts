/**
 * Matrix DLRT in plain doubles, as its paper has it (Schotthoefer et al. 2022, algorithm 1): steps of K = U S and
 * L = V S', bases of [K | U] and [L | V], the lifted core, its step, its truncation.
 */

import { plainSvd } from './plainSvd.ts';

export interface PlainWeight {
  /** [m, r], [r, r], [n, r]; only U S V' counts. */
  readonly U: number[][];
  readonly S: number[][];
  readonly V: number[][];
}

const columns = (A: number[][]): number[][] => A[0]!.map((_, j) => A.map((row) => row[j]!));
const times = (A: number[][], B: number[][]): number[][] =>
  A.map((row) => B[0]!.map((_, j) => row.reduce((sum, a, k) => sum + a * B[k]![j]!, 0)));
const minus = (A: number[][], B: number[][], scale: number): number[][] =>
  A.map((row, i) => row.map((a, j) => a - scale * B[i]![j]!));
const beside = (A: number[][], B: number[][]): number[][] => A.map((row, i) => [...row, ...B[i]!]);

/** Orthonormal columns that span those of A, by Gram-Schmidt, twice; those that add nothing are left out. */
function basisOf(A: number[][]): number[][] {
  const basis: number[][] = [];
  for (const column of columns(A)) {
    let rest = column;
    for (let pass = 0; pass < 2; pass++) {
      for (const q of basis) {
        const dot = q.reduce((sum, x, k) => sum + x * rest[k]!, 0);
        rest = rest.map((x, k) => x - dot * q[k]!);
      }
    }
    const [before, norm] = [Math.hypot(...column), Math.hypot(...rest)];
    if (norm > 1e-11 * before && before > 0) basis.push(rest.map((x) => x / norm));
  }
  return columns(basis);
}

/** The full matrix. */
export function plainFull({ U, S, V }: PlainWeight): number[][] {
  return times(times(U, S), columns(V));
}

/** One step at the gradient of the full matrix. */
export function plainDlrtStep(
  { U: U0, S: S0, V: V0 }: PlainWeight,
  gradient: (W: number[][]) => number[][],
  { rate, tau }: { readonly rate: number; readonly tau: number },
): PlainWeight {
  const [U, V] = [basisOf(U0), basisOf(V0)];
  const S = times(times(columns(U), U0), times(S0, times(columns(V0), V)));
  const G = gradient(plainFull({ U, S, V }));
  const K = minus(times(U, S), times(G, V), rate);
  const L = minus(times(V, columns(S)), times(columns(G), U), rate);
  const [left, right] = [basisOf(beside(K, U)), basisOf(beside(L, V))];
  const lifted = times(times(columns(left), U), times(S, times(columns(V), right)));
  const again = gradient(plainFull({ U: left, S: lifted, V: right }));
  const core = minus(lifted, times(times(columns(left), again), right), rate);
  const shape = [core.length, core[0]!.length];
  const { U: P, S: s, Vt: Q } = plainSvd({ shape, values: core.flat() });
  const limit = tau * Math.hypot(...s.values);
  let r = s.values.length;
  while (r > 1 && Math.hypot(...s.values.slice(r - 1)) < limit) r--;
  const k = s.values.length;
  const turn = core.map((_, i) => Array.from({ length: r }, (__, j) => P.values[i * k + j]!));
  const back = core[0]!.map((_, i) => Array.from({ length: r }, (__, j) => Q.values[j * shape[1]! + i]!));
  const diagonal = Array.from({ length: r }, (_, i) =>
    Array.from({ length: r }, (__, j) => (i === j ? s.values[i]! : 0)),
  );
  return { U: times(left, turn), S: diagonal, V: times(right, back) };
}
