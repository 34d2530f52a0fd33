/** The sign rule of singular vectors, for rows of numbers of type S that become columns and rows of T. */

/** Writes n numbers as a column, with the sign that makes the largest one positive, the first of equals. Returns it. */
export function writeColumn<S, T>(row: usize, n: i32, to: usize, pitch: usize): T {
  const end = row + <usize>n * sizeof<S>();
  let top: T = 0,
    sign: T = 1;
  for (let p = row; p < end; p += sizeof<S>()) {
    const x = <T>load<S>(p);
    if (abs<T>(x) > top) {
      top = abs<T>(x);
      sign = x < 0 ? -1 : 1;
    }
  }
  for (let p = row; p < end; p += sizeof<S>(), to += pitch) store<T>(to, sign * <T>load<S>(p));
  return sign;
}

export function writeRow<S, T>(row: usize, n: i32, to: usize, sign: T): void {
  const end = row + <usize>n * sizeof<S>();
  for (; row < end; row += sizeof<S>(), to += sizeof<T>()) store<T>(to, sign * <T>load<S>(row));
}
