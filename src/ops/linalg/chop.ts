/**
 * The smallest rank whose discarded singular values weigh at most delta in the Frobenius norm (Oseledets 2011,
 * delta-truncation of TT-SVD): r such that sqrt(s_r^2 + s_{r+1}^2 + ...) <= delta. O(length).
 */

/**
 * The smallest r >= 1 with sqrt(sum_{i >= r} s_i^2) <= delta, for s descending and >= 0. The squares are summed from
 * the small end and scaled, so that they neither vanish nor overflow. delta <= 0 keeps all of s; where all of s is zero
 * the result is 1 for every delta; an empty s gives 0.
 */
export function chop(s: ArrayLike<number>, delta: number): number {
  const n = s.length;
  if (n === 0) return 0;
  const top = s[0]!;
  if (top === 0) return 1;
  if (!(delta > 0)) return n;
  const scale = 1 / twoPowerBelow(top);
  const limit = delta * scale;
  let r = n;
  // The sum carries a compensation, for tails of many equal values at the threshold.
  for (let sum = 0, lost = 0; r > 1; r--) {
    const x = s[r - 1]! * scale;
    const term = x * x - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
    if (Math.sqrt(sum) > limit) break;
  }
  return r;
}

/** The root of the sum of squares from place `from` on, the smallest first: what is lost by keeping `from` values. */
export function tail(values: ArrayLike<number>, from: number = 0): number {
  let sum = 0;
  for (let k = values.length - 1; k >= from; k--) sum += values[k]! * values[k]!;
  return Math.sqrt(sum);
}

/** The largest power of two that is at most x, for x > 0; at least 2^-1022, so that its inverse is finite. */
function twoPowerBelow(x: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const high = bits.getUint32(0) & 0x7ff00000;
  bits.setUint32(0, Math.min(Math.max(high, 0x00100000), 0x7fe00000));
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}
