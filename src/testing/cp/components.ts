/** CP tensors in plain numbers, slowly and from the definition: what laws compare an implementation with. */

import { type Dense, dense, normOf, sizeOf, sumOf } from '../dense.ts';

export { type Dense, dense, distance, normOf, sumOf, zipped } from '../dense.ts';

/** The index of a row-major place. */
function indexOf(place: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let k = shape.length - 1; k >= 0; k--) {
    index[k] = place % shape[k]!;
    place = Math.floor(place / shape[k]!);
  }
  return index;
}

const columnsOf = (factors: readonly Dense[]): number => factors[0]!.shape[1]!;
const modesOf = (factors: readonly Dense[]): number[] => factors.map((a) => a.shape[0]!);

/** The tensor of factors [n_k, r]. */
export function cpFullOf(factors: readonly Dense[]): Dense {
  const [modes, r] = [modesOf(factors), columnsOf(factors)];
  return dense(modes, (place) => {
    const index = indexOf(place, modes);
    const terms = Array.from({ length: r }, (_, q) =>
      factors.reduce((product, a, k) => product * a.values[index[k]! * r + q]!, 1),
    );
    return sumOf(terms);
  });
}

/** The Khatri-Rao product, row by row. */
export function khatriRaoOf(factors: readonly Dense[]): Dense {
  const [modes, r] = [modesOf(factors), columnsOf(factors)];
  return dense([sizeOf(modes), r], (place) => {
    const index = indexOf(Math.floor(place / r), modes);
    return factors.reduce((product, a, k) => product * a.values[index[k]! * r + (place % r)]!, 1);
  });
}

/** The matricized product of a mode, element by element. */
export function mttkrpOf(a: Dense, factors: readonly Dense[], mode: number): Dense {
  const r = columnsOf(factors);
  const terms: number[][] = Array.from({ length: a.shape[mode]! * r }, () => []);
  a.values.forEach((value, place) => {
    const index = indexOf(place, a.shape);
    for (let q = 0; q < r; q++) {
      const product = factors.reduce((p, b, k) => (k === mode ? p : p * b.values[index[k]! * r + q]!), value);
      terms[index[mode]! * r + q]!.push(product);
    }
  });
  return dense([a.shape[mode]!, r], (place) => sumOf(terms[place]!));
}

/** The norm of each column. */
export function columnNorms(a: Dense): number[] {
  const [n, r] = a.shape as [number, number];
  return Array.from({ length: r }, (_, q) => normOf(dense([n], (i) => a.values[i * r + q]!)));
}

/** Column q of a matrix. */
export function columnOf(a: Dense, q: number): number[] {
  const [n, r] = a.shape as [number, number];
  return Array.from({ length: n }, (_, i) => a.values[i * r + q]!);
}

/** Columns in another order, times scales. */
export function rearranged(a: Dense, order: readonly number[], scales: readonly number[]): Dense {
  const r = a.shape[1]!;
  return dense(a.shape, (place) => {
    const [i, q] = [Math.floor(place / r), place % r];
    return a.values[i * r + order[q]!]! * scales[q]!;
  });
}

/**
 * The best rank-1 approximation near a start by the higher-order power method (De Lathauwer, De Moor & Vandewalle 2000):
 * each vector in turn is the tensor times all others.
 */
export function powerMethod(a: Dense, start: readonly Dense[], sweeps: number): { vectors: Dense[]; weight: number } {
  const vectors = start.map(unitVector);
  let weight = 0;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let k = 0; k < vectors.length; k++) {
      const product = mttkrpOf(a, vectors, k);
      weight = normOf(product);
      vectors[k] = unitVector(product);
    }
  }
  return { vectors, weight };
}

function unitVector(a: Dense): Dense {
  const norm = normOf(a);
  return dense(a.shape, (k) => a.values[k]! / norm);
}

/** Minimizers X of |X G - M| for a symmetric positive definite G, by Gauss-Jordan elimination with pivots. */
function dividedBy(m: Dense, g: number[][]): Dense {
  const [n, r] = m.shape as [number, number];
  const rows = g.map((row, p) => [...row, ...Array.from({ length: n }, (_, i) => m.values[i * r + p]!)]);
  for (let p = 0; p < r; p++) {
    const best = rows.slice(p).reduce((at, row, k) => (Math.abs(row[p]!) > Math.abs(rows[at]![p]!) ? p + k : at), p);
    [rows[p], rows[best]] = [rows[best]!, rows[p]!];
    for (let q = 0; q < r; q++) {
      if (q === p) continue;
      const ratio = rows[q]![p]! / rows[p]![p]!;
      rows[q] = rows[q]!.map((x, k) => x - ratio * rows[p]![k]!);
    }
  }
  return dense([n, r], (place) => rows[place % r]![r + Math.floor(place / r)]! / rows[place % r]![place % r]!);
}

/** Textbook alternating least squares (Kolda & Bader 2009, figure 3.3), without any of the tricks. */
export function plainAls(a: Dense, start: readonly Dense[], sweeps: number): Dense[] {
  const factors = [...start];
  const r = columnsOf(factors);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let mode = 0; mode < factors.length; mode++) {
      const gram = Array.from({ length: r }, (_, p) =>
        Array.from({ length: r }, (_, q) =>
          factors.reduce((product, b, k) => {
            if (k === mode) return product;
            const [x, y] = [columnOf(b, p), columnOf(b, q)];
            return product * sumOf(x, (value, i) => value * y[i]!);
          }, 1),
        ),
      );
      factors[mode] = dividedBy(mttkrpOf(a, factors, mode), gram);
    }
  }
  return factors;
}
