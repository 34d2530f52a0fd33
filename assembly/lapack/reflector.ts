/**
 * Householder reflectors H = I - tau v v', v[0] = 1 (Golub & Van Loan, algorithms 5.1.1 and 5.2.1). Sums of squares that
 * leave the safe range are taken again of the column scaled by a power of two, as in LAPACK's xLARFG: without that, the
 * rounding residue of a matrix of low rank loses its direction, and Q its orthogonality.
 */

/**
 * Makes the reflector that maps m numbers, `ld` bytes apart, to beta e1. The first becomes beta, the others v[1..];
 * returns tau. beta has the sign opposite to that of the first number, so that nothing cancels.
 */
export function reflect<T>(x: usize, m: i32, ld: usize): T {
  const end = x + <usize>m * ld;
  let top: T = 0;
  for (let p = x + ld; p < end; p += ld) top = max<T>(top, abs<T>(load<T>(p)));
  if (m < 2 || top == 0) return 0;
  top = max<T>(top, abs<T>(load<T>(x)));
  const alpha = load<T>(x) / top;
  let sum = alpha * alpha;
  for (let p = x + ld; p < end; p += ld) {
    const y = load<T>(p) / top;
    sum += y * y;
  }
  const beta = alpha > 0 ? -sqrt<T>(sum) : sqrt<T>(sum);
  const scale = alpha - beta;
  for (let p = x + ld; p < end; p += ld) store<T>(p, load<T>(p) / top / scale);
  store<T>(x, beta * top);
  return (beta - alpha) / beta;
}

/** C = H C for m rows, `ld` bytes apart, of the `n` columns at c; v as reflect() leaves it, at v. */
export function applyReflector<T>(v: usize, vld: usize, m: i32, tau: T, c: usize, ld: usize, n: i32): void {
  if (tau == 0) return;
  for (let j = 0; j < n; j++, c += sizeof<T>()) {
    let sum = load<T>(c);
    for (let i = 1, x = v + vld, y = c + ld; i < m; i++, x += vld, y += ld) sum += load<T>(x) * load<T>(y);
    sum *= tau;
    store<T>(c, load<T>(c) - sum);
    for (let i = 1, x = v + vld, y = c + ld; i < m; i++, x += vld, y += ld) {
      store<T>(y, load<T>(y) - load<T>(x) * sum);
    }
  }
}
