/**
 * Singular value decomposition in plain numbers, for models: eigenvectors of A' A by Jacobi's method (1846), which shares
 * nothing with the kernels. It squares condition numbers, so it is for small matrices whose singular values differ.
 */

import type { Sample } from './samples.ts';

export interface PlainParts {
  readonly U: Sample;
  readonly S: Sample;
  readonly Vt: Sample;
}

/** Eigenvectors, as rows, of a symmetric matrix of size n, which becomes diagonal. */
function eigenvectors(G: number[][]): number[][] {
  const n = G.length;
  const V: number[][] = G.map((_, i) => G.map((__, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (G[p]![q] === 0) continue;
        const zeta = (G[q]![q]! - G[p]![p]!) / (2 * G[p]![q]!);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        const turn = (x: number, y: number): [number, number] => [c * x - c * t * y, c * t * x + c * y];
        for (const row of G) [row[p], row[q]] = turn(row[p]!, row[q]!);
        for (let j = 0; j < n; j++) [G[p]![j], G[q]![j]] = turn(G[p]![j]!, G[q]![j]!);
        for (let j = 0; j < n; j++) [V[p]![j], V[q]![j]] = turn(V[p]![j]!, V[q]![j]!);
        G[p]![q] = G[q]![p] = 0;
      }
    }
  }
  return V;
}

/** Columns of U and V and the singular values of A [m, n], m >= n, descending, without signs. */
function tall(A: number[][], n: number): { u: number[][]; s: number[]; v: number[][] } {
  const G = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (__, j) => A.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
  const V = eigenvectors(G);
  const parts = V.map((v, k) => {
    const s = Math.sqrt(Math.max(0, G[k]![k]!));
    const u = A.map((row) => row.reduce((sum, x, j) => sum + x * v[j]!, 0) / s);
    return { u, s, v };
  }).sort((x, y) => y.s - x.s);
  return { u: parts.map((x) => x.u), s: parts.map((x) => x.s), v: parts.map((x) => x.v) };
}

/** U, S, Vt of each matrix of a batch, with the signs of svd(). */
export function plainSvd({ shape, values }: Sample): PlainParts {
  const [m, n] = [shape.at(-2)!, shape.at(-1)!];
  const k = Math.min(m, n);
  const lead = shape.slice(0, -2);
  const batch = lead.reduce((a, b) => a * b, 1);
  const [U, S, Vt]: number[][] = [[], [], []];
  for (let t = 0; t < batch; t++) {
    const at = (i: number, j: number): number => values[t * m * n + i * n + j]!;
    const [rows, columns] = m < n ? [n, m] : [m, n];
    const A = Array.from({ length: rows }, (_, i) =>
      Array.from({ length: columns }, (__, j) => (m < n ? at(j, i) : at(i, j))),
    );
    const found = tall(A, columns);
    const [left, right] = m < n ? [found.v, found.u] : [found.u, found.v];
    const signs = left.map((u) => (u.reduce((top, x) => (Math.abs(x) > Math.abs(top) ? x : top), 0) < 0 ? -1 : 1));
    for (let i = 0; i < m; i++) for (let j = 0; j < k; j++) U!.push(signs[j]! * left[j]![i]!);
    S!.push(...found.s);
    for (let j = 0; j < k; j++) for (let i = 0; i < n; i++) Vt!.push(signs[j]! * right[j]![i]!);
  }
  return {
    U: { shape: [...lead, m, k], values: U! },
    S: { shape: [...lead, k], values: S! },
    Vt: { shape: [...lead, k, n], values: Vt! },
  };
}

/** U diag(f(S)) Vt of each matrix; f may depend on the place of the value. */
export function recombined(a: Sample, f: (s: number, k: number) => number): Sample {
  const { U, S, Vt } = plainSvd(a);
  const [m, n] = [a.shape.at(-2)!, a.shape.at(-1)!];
  const k = Math.min(m, n);
  const values = a.values.map((_, p) => {
    const [t, i, j] = [Math.floor(p / (m * n)), Math.floor((p % (m * n)) / n), p % n];
    let sum = 0;
    for (let r = 0; r < k; r++) {
      sum += U.values[(t * m + i) * k + r]! * f(S.values[t * k + r]!, r) * Vt.values[(t * k + r) * n + j]!;
    }
    return sum;
  });
  return { shape: a.shape, values };
}
