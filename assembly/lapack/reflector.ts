/**
 * Householder reflectors H = I - tau v v', v[0] = 1 (Golub & Van Loan, algorithm 5.1.1), safe for all numbers: columns
 * are scaled by a power of two, which is exact, where sums of squares would leave the range of T (as LAPACK's xLARFG).
 * Without that the rounding residue of a matrix of low rank loses its direction, and Q its orthogonality.
 */

/** A power of two that brings x > 0 to [1, 2), or as near as T allows. */
export function inversePower<T>(x: T): T {
  if (sizeof<T>() == 8) {
    const e = <i64>((reinterpret<u64>(<f64>x) >>> 52) & 2047);
    return <T>reinterpret<f64>(max<i64>(min<i64>(2046 - e, 2046), 1) << 52);
  }
  const e = <i32>((reinterpret<u32>(<f32>x) >>> 23) & 255);
  return <T>reinterpret<f32>(max<i32>(min<i32>(254 - e, 254), 1) << 23);
}

/** Whether a sum of squares neither lost small terms nor overflowed; false for NaN. */
// @ts-ignore: decorator
@inline
export function isSafe<T>(square: T): bool {
  const low = <T>(sizeof<T>() == 8 ? 1.0e-240 : 1.0e-28),
    high = <T>(sizeof<T>() == 8 ? 1.0e240 : 1.0e28);
  return square > low && square < high;
}

/**
 * Makes the reflector that maps m numbers, `ld` bytes apart, to beta e1. The first becomes beta, the others v[1..];
 * returns tau. beta has the sign opposite to that of the first number, so that nothing cancels.
 */
export function reflect<T>(x: usize, m: i32, ld: usize): T {
  const end = x + <usize>m * ld;
  let top: T = 0;
  for (let p = x + ld; p < end; p += ld) top = max<T>(top, abs<T>(load<T>(p)));
  if (top == 0) return 0;
  const power = inversePower<T>(max<T>(top, abs<T>(load<T>(x))));
  const alpha = load<T>(x) * power;
  let sum = alpha * alpha;
  for (let p = x + ld; p < end; p += ld) {
    const y = load<T>(p) * power;
    sum += y * y;
  }
  const beta = alpha < 0 ? sqrt<T>(sum) : -sqrt<T>(sum),
    scale = <T>1 / (alpha - beta);
  for (let p = x + ld; p < end; p += ld) store<T>(p, load<T>(p) * power * scale);
  store<T>(x, beta / power);
  return (beta - alpha) / beta;
}

/**
 * As reflect(), from the sum of squares of the numbers below the first, which are left for the caller to multiply by what
 * is stored at `scale`. Where the sum says too little, 0 is stored there and v is complete.
 */
export function reflectBy<T>(x: usize, m: i32, ld: usize, below: T, scale: usize): T {
  const alpha = load<T>(x),
    square = alpha * alpha + below;
  if (!(below > 0 && isSafe<T>(square))) {
    store<T>(scale, 0);
    return reflect<T>(x, m, ld);
  }
  const beta = alpha < 0 ? sqrt<T>(square) : -sqrt<T>(square);
  store<T>(x, beta);
  store<T>(scale, 1 / (alpha - beta));
  return (beta - alpha) / beta;
}
