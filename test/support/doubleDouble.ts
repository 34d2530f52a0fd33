/** Pairs of doubles as numbers of 106 bits (Dekker 1971; Hida, Li & Bailey 2001). hi carries the value, lo what it lost. */

export interface Pair {
  readonly hi: number;
  readonly lo: number;
}

const SPLIT = 134217729;

export const pair = (hi: number, lo = 0): Pair => ({ hi, lo });

/** a + b exactly. */
function twoSum(a: number, b: number): Pair {
  const hi = a + b;
  const z = hi - a;
  return { hi, lo: a - (hi - z) + (b - z) };
}

/** a + b exactly where |a| >= |b|. */
function quickSum(a: number, b: number): Pair {
  const hi = a + b;
  return { hi, lo: b - (hi - a) };
}

/** a b exactly. */
function twoProduct(a: number, b: number): Pair {
  const hi = a * b;
  const s = SPLIT * a;
  const a1 = s - (s - a);
  const a2 = a - a1;
  const t = SPLIT * b;
  const b1 = t - (t - b);
  const b2 = b - b1;
  return { hi, lo: a2 * b2 - (hi - a1 * b1 - a2 * b1 - a1 * b2) };
}

export function plus(a: Pair, b: Pair): Pair {
  const s = twoSum(a.hi, b.hi);
  const t = twoSum(a.lo, b.lo);
  const u = quickSum(s.hi, s.lo + t.hi);
  return quickSum(u.hi, u.lo + t.lo);
}

export const minus = (a: Pair, b: Pair): Pair => plus(a, { hi: -b.hi, lo: -b.lo });

export function times(a: Pair, b: Pair): Pair {
  const p = twoProduct(a.hi, b.hi);
  return quickSum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

export function over(a: Pair, b: Pair): Pair {
  const q = a.hi / b.hi;
  const r = minus(a, times(b, pair(q)));
  const q2 = r.hi / b.hi;
  const r2 = minus(r, times(b, pair(q2)));
  return plus(quickSum(q, q2), pair(r2.hi / b.hi));
}

export function root(a: Pair): Pair {
  if (!(a.hi > 0)) return pair(0);
  const x = Math.sqrt(a.hi);
  const rest = minus(a, times(pair(x), pair(x)));
  return plus(pair(x), pair(rest.hi / (2 * x)));
}
