/**
 * Householder reflectors H = I - tau v v', v[0] = 1, in plain numbers: the references of the QR family stand on them.
 * Golub & Van Loan, Matrix Computations, algorithms 5.1.1 and 5.2.1; scaled by the largest entry as in LAPACK's xLARFG.
 */

/** A matrix among numbers: element (i, j) is data[at + i * ld + j]. */
export interface Grid {
  readonly data: Float64Array;
  readonly at: number;
  readonly ld: number;
}

/**
 * Makes the reflector that maps rows [row, m) of column `column` to a multiple of e1. The column becomes that multiple,
 * beta, and v[1..]; returns tau. beta has the sign opposite to that of the first entry, so that nothing cancels.
 */
export function reflect({ data, at, ld }: Grid, m: number, row: number, column: number): number {
  const head = at + row * ld + column;
  const end = at + m * ld;
  let top = 0;
  for (let p = head + ld; p < end; p += ld) top = Math.max(top, Math.abs(data[p]!));
  if (top === 0) return 0;
  top = Math.max(top, Math.abs(data[head]!));
  const alpha = data[head]! / top;
  let sum = alpha * alpha;
  for (let p = head + ld; p < end; p += ld) sum += (data[p]! / top) * (data[p]! / top);
  const beta = alpha < 0 ? Math.sqrt(sum) : -Math.sqrt(sum);
  for (let p = head + ld; p < end; p += ld) data[p] = data[p]! / top / (alpha - beta);
  data[head] = beta * top;
  return (beta - alpha) / beta;
}

/** C = H C for rows [row, m) of C and columns [from, to), where v lies in column `column` of V below row `row`. */
export function applyReflector(
  V: Grid,
  m: number,
  row: number,
  column: number,
  tau: number,
  C: Grid,
  from: number,
  to: number,
): void {
  if (tau === 0) return;
  for (let j = from; j < to; j++) {
    const head = C.at + row * C.ld + j;
    let sum = C.data[head]!;
    for (let i = row + 1; i < m; i++) sum += V.data[V.at + i * V.ld + column]! * C.data[C.at + i * C.ld + j]!;
    sum *= tau;
    C.data[head] = C.data[head]! - sum;
    for (let i = row + 1; i < m; i++) {
      const p = C.at + i * C.ld + j;
      C.data[p] = C.data[p]! - V.data[V.at + i * V.ld + column]! * sum;
    }
  }
}
