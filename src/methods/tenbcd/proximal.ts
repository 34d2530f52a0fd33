/**
 * Losses of the last block: for each example the v that minimises R(v; y) + kappa / 2 |v - c|^2, exactly. Rows are small,
 * so all this is plain arithmetic in double precision. Several classes are either one-against-all, each output a problem of
 * its own (squared, logistic, hinge), or one softmax over all outputs.
 */

import { exp, log, sigmoid } from '../../math.ts';

export const fits = ['squared', 'logistic', 'softmax', 'hinge'] as const;
export type FitName = (typeof fits)[number];

/** A loss summed over examples: outputs v and targets y are row-major [rows, size]; classes are targets of 0 and 1. */
export interface Fit {
  value(v: ArrayLike<number>, y: ArrayLike<number>, size: number): number;
  /** Overwrites c with the minimisers. */
  prox(c: Float32Array | Float64Array, y: ArrayLike<number>, size: number, kappa: number): void;
}

/** log(1 + e^x) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + log(1 + exp(-Math.abs(x)));
}

/** A loss that is a sum over outputs. */
function separable(
  value: (v: number, y: number) => number,
  prox: (c: number, y: number, kappa: number) => number,
): Fit {
  return {
    value(v, y) {
      let sum = 0;
      for (let k = 0; k < v.length; k++) sum += value(v[k]!, y[k]!);
      return sum;
    },
    prox(c, y, _size, kappa) {
      for (let k = 0; k < c.length; k++) c[k] = prox(c[k]!, y[k]!, kappa);
    },
  };
}

const squared = separable(
  (v, y) => ((v - y) * (v - y)) / 2,
  (c, y, kappa) => (y + kappa * c) / (1 + kappa),
);

/** log(1 + e^v) - y v: Newton's method, kept inside the interval that the slope of the loss allows. */
const logistic = separable(
  (v, y) => softplus(v) - y * v,
  (c, y, kappa) => {
    // kappa (v - c) = y - sigmoid(v), which lies between y - 1 and y.
    let [low, high] = [c + (y - 1) / kappa, c + y / kappa];
    let v = c + (y - sigmoid(c)) / (kappa + 0.25);
    for (let k = 0; k < 60; k++) {
      const p = sigmoid(v);
      const slope = p - y + kappa * (v - c);
      if (slope > 0) high = v;
      else low = v;
      let next = v - slope / (p * (1 - p) + kappa);
      if (!(next >= low && next <= high)) next = (low + high) / 2;
      if (Math.abs(next - v) <= 1e-12 * (1 + Math.abs(v))) return next;
      v = next;
    }
    return v;
  },
);

/** max(0, 1 - s v) with the sign s = 2 y - 1. */
const hinge = separable(
  (v, y) => Math.max(0, 1 - (2 * y - 1) * v),
  (c, y, kappa) => {
    const s = 2 * y - 1;
    if (s * c >= 1) return c;
    return s * c <= 1 - 1 / kappa ? c + s / kappa : s;
  },
);

/** log(sum of e^v) - y v, and the probabilities where asked for. */
function softmaxLoss(v: ArrayLike<number>, y: ArrayLike<number>, from: number, size: number, p?: Float64Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < size; k++) top = Math.max(top, v[from + k]!);
  let sum = 0;
  let dot = 0;
  for (let k = 0; k < size; k++) {
    const e = exp(v[from + k]! - top);
    if (p !== undefined) p[k] = e;
    sum += e;
    dot += y[from + k]! * v[from + k]!;
  }
  if (p !== undefined) for (let k = 0; k < size; k++) p[k]! /= sum;
  return top + log(sum) - dot;
}

/**
 * Newton's method on all outputs of an example: the Hessian diag(p + kappa) - p p' is inverted by Sherman and Morrison's
 * formula; steps are halved until the value falls enough.
 */
const softmax: Fit = {
  value(v, y, size) {
    let sum = 0;
    for (let from = 0; from < v.length; from += size) sum += softmaxLoss(v, y, from, size);
    return sum;
  },
  prox(c, y, size, kappa) {
    const work = [0, 1, 2, 3].map(() => new Float64Array(size)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let from = 0; from < c.length; from += size) {
      const row = softmaxProx(Float64Array.from(c.subarray(from, from + size)), y, from, kappa, work);
      c.set(row, from);
    }
  },
};

type Work = [Float64Array, Float64Array, Float64Array, Float64Array];

function softmaxProx(c: Float64Array, y: ArrayLike<number>, from: number, kappa: number, work: Work): Float64Array {
  const size = c.length;
  const [p, step, target, trial] = work;
  for (let k = 0; k < size; k++) target[k] = y[from + k]!;
  let v = Float64Array.from(c);
  const valueAt = (at: Float64Array): number => {
    let sum = softmaxLoss(at, target, 0, size, p);
    for (let k = 0; k < size; k++) sum += (kappa / 2) * (at[k]! - c[k]!) * (at[k]! - c[k]!);
    return sum;
  };
  let value = valueAt(v);
  for (let round = 0; round < 50; round++) {
    let [top, bottom] = [0, 1];
    for (let k = 0; k < size; k++) {
      step[k] = (p[k]! - target[k]! + kappa * (v[k]! - c[k]!)) / (p[k]! + kappa);
      top += p[k]! * step[k]!;
      bottom -= (p[k]! * p[k]!) / (p[k]! + kappa);
    }
    let fall = 0;
    let size2 = 0;
    for (let k = 0; k < size; k++) {
      const slope = step[k]! * (p[k]! + kappa);
      step[k]! += (p[k]! * top) / (bottom * (p[k]! + kappa));
      fall += slope * step[k]!;
      size2 += step[k]! * step[k]!;
    }
    if (size2 <= 1e-22) return v;
    let t = 1;
    for (; t > 1e-10; t /= 2) {
      for (let k = 0; k < size; k++) trial[k] = v[k]! - t * step[k]!;
      const next = valueAt(trial);
      // Falls near the rounding of the value cannot be seen; there the whole step is right.
      if (next <= value - 1e-4 * t * fall || fall <= 1e-12 * (1 + Math.abs(value))) {
        value = next;
        break;
      }
    }
    // No step falls any more: what is left is rounding.
    if (t <= 1e-10) return v;
    v = Float64Array.from(trial);
  }
  return v;
}

const table: Readonly<Record<FitName, Fit>> = { squared, logistic, softmax, hinge };

export function fitNamed(name: FitName): Fit {
  return table[name];
}
