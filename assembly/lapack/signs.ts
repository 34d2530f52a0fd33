/** The sign rule of singular and eigenvectors. */

/**
 * Makes the largest entry of each column of U [m, k] positive, the first where several are equal, and turns the rows of
 * Vt [k, n] along. `work` holds k numbers of f64.
 */
export function fixSigns<T>(U: usize, Vt: usize, m: i32, k: i32, n: i32, work: usize): void {
  memory.fill(work, 0, (<usize>k) << 3);
  for (let i = 0; i < m; i++) {
    const row = U + <usize>i * <usize>k * sizeof<T>();
    for (let j = 0; j < k; j++) {
      const u = <f64>load<T>(row + <usize>j * sizeof<T>());
      if (abs(u) > abs(load<f64>(work + ((<usize>j) << 3)))) store<f64>(work + ((<usize>j) << 3), u);
    }
  }
  for (let j = 0; j < k; j++) store<f64>(work + ((<usize>j) << 3), load<f64>(work + ((<usize>j) << 3)) < 0 ? -1 : 1);
  for (let i = 0; i < m; i++) {
    const row = U + <usize>i * <usize>k * sizeof<T>();
    for (let j = 0; j < k; j++) {
      const p = row + <usize>j * sizeof<T>();
      store<T>(p, <T>load<f64>(work + ((<usize>j) << 3)) * load<T>(p));
    }
  }
  for (let j = 0; j < k; j++) {
    if (load<f64>(work + ((<usize>j) << 3)) > 0) continue;
    const row = Vt + <usize>j * <usize>n * sizeof<T>();
    for (let i = 0; i < n; i++) store<T>(row + <usize>i * sizeof<T>(), -load<T>(row + <usize>i * sizeof<T>()));
  }
}
