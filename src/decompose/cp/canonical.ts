/**
 * A CP tensor in canonical form: unit columns, weights descending and >= 0, signs fixed. Components are otherwise known
 * only up to their order and to scales that multiply to 1 (Kolda & Bader 2009, section 3.2).
 */

import { arrayOf, type DataArray, type Real } from '../../dtype.ts';
import { ShapeError } from '../../errors.ts';
import { cp } from '../../formats/cp.ts';
import { Factored } from '../../formats/network.ts';
import { pow } from '../../math.ts';
import { own } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { layoutOf } from '../modes.ts';
import { checkFactors } from './khatriRao.ts';

export interface Canonical {
  /** Norms of the components, [r] of the factors' dtype, descending. */
  readonly weights: Tensor;
  /**
   * [n_k, r] a mode, unit columns. The greatest element of a column, the first of equal ones, is > 0, but in the last
   * mode.
   */
  readonly factors: readonly Tensor[];
}

/** A component in numbers. */
interface Component {
  weight: number;
  /** One unit vector a mode. */
  readonly columns: Float64Array[];
}

/**
 * The canonical form of a CP tensor; the sign of a component is in its last column. A component of 0 has weight 0 and
 * first unit vectors. Components of equal weight are in the order of their columns. Carries no gradient. Throws
 * ShapeError for other formats.
 */
export function normalize(x: Factored): Canonical {
  return canonical(checkCp('cp.normalize', x));
}

/**
 * The CP tensor of factors [n_k, r], and of weights [r] if any, which the factors share evenly; a negative weight has
 * its sign in the last. The inverse of normalize(). Throws ShapeError where they do not fit.
 */
export function fromFactors(factors: readonly Tensor[], weights?: Tensor): Factored {
  checkFactors('cp.fromFactors', factors);
  const r = factors[0]!.shape[1]!;
  if (weights !== undefined && (weights.order !== 1 || weights.shape[0] !== r)) {
    throw new ShapeError('cp.fromFactors', `weights are [${r}]`, String(weights), 'give one for each column');
  }
  const layout = layoutOf(
    cp,
    factors.map((a) => a.shape[0]!),
  );
  const scaled = weights === undefined ? factors : shared(factors, dataSync(weights));
  return new Factored(cp.name, layout.net, layout.axes, namedParts(scaled));
}

/** Factors by the names of their parts. */
export function namedParts(factors: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(factors.map((a, k) => [`factor${k}`, a]));
}

/** The factors of a CP tensor. Throws ShapeError for others. */
export function checkCp(op: string, x: Factored): Tensor[] {
  if (x instanceof Factored && x.format === 'cp') return Object.values(x.parts);
  const got = x instanceof Factored ? x.format : String(x);
  throw new ShapeError(op, 'it takes a cp tensor', got, 'make one with cp.decompose() or cp.fromFactors()');
}

/** The columns of each factor multiplied by an even share of the weights. */
export function shared(factors: readonly Tensor[], weights: DataArray): Tensor[] {
  const share = Array.from(weights, (w) => pow(Math.abs(w), 1 / factors.length));
  return factors.map((a, k) => {
    const values = dataSync(a);
    const r = weights.length;
    const last = k === factors.length - 1;
    for (let i = 0; i < values.length; i++) {
      const w = weights[i % r]!;
      values[i] = values[i]! * share[i % r]! * (last && w < 0 ? -1 : 1);
    }
    return own(values, a.shape);
  });
}

/** As normalize(), of factors, and of weights if the factors do not hold them. */
export function canonical(factors: readonly Tensor[], weights?: DataArray): Canonical {
  const r = factors[0]!.shape[1]!;
  const values = factors.map((a) => dataSync(a));
  const components = Array.from({ length: r }, (_, q) => {
    const columns = values.map((all, k) =>
      Float64Array.from({ length: factors[k]!.shape[0]! }, (_, i) => all[i * r + q]!),
    );
    return component(columns, weights?.[q] ?? 1);
  });
  components.sort(inOrder);
  const dtype = factors[0]!.dtype as Real;
  const norms = arrayOf(dtype, r);
  components.forEach(({ weight }, q) => {
    norms[q] = weight;
  });
  const matrices = factors.map((a, k) => {
    const all = arrayOf(dtype, a.size);
    components.forEach(({ columns }, q) => {
      columns[k]!.forEach((x, i) => {
        all[i * r + q] = x;
      });
    });
    return own(all, a.shape);
  });
  return { weights: own(norms, [r]), factors: matrices };
}

/** Columns scaled to norm 1 in place, their signs gathered in the last. */
function component(columns: Float64Array[], weight: number): Component {
  let product = Math.abs(weight);
  let sign = weight < 0 ? -1 : 1;
  columns.forEach((column, k) => {
    let top = 0;
    for (const x of column) if (Math.abs(x) > Math.abs(top)) top = x;
    const norm = Math.abs(top) * Math.sqrt(column.reduce((sum, x) => sum + (x / top) * (x / top), 0));
    product *= top === 0 ? 0 : norm;
    const last = k === columns.length - 1;
    const flip = last ? sign : top < 0 ? -1 : 1;
    if (!last) sign *= flip;
    for (let i = 0; i < column.length && top !== 0; i++) column[i] = (column[i]! / norm) * flip;
  });
  if (product > 0) return { weight: product, columns };
  return { weight: 0, columns: columns.map((column) => column.map((_, i) => (i === 0 ? 1 : 0))) };
}

/** Greater weights first, then greater columns. */
function inOrder(a: Component, b: Component): number {
  if (a.weight !== b.weight) return b.weight - a.weight;
  for (const [k, column] of a.columns.entries()) {
    const at = column.findIndex((x, i) => x !== b.columns[k]![i]);
    if (at >= 0) return b.columns[k]![at]! - column[at]!;
  }
  return 0;
}
