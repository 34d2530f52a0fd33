/** Rows of a tile: the numbers of A that meet a row, and where its sums go. Types stand for constants: N1 = 1, N2 = 2. */

// @ts-ignore: decorator
@inline
export function put<T, V>(c: usize, lo: v128, hi: v128): void {
  v128.store(c, lo);
  if (offsetof<V>() > 1) v128.store(c, hi, 16);
}

// @ts-ignore: decorator
@inline
export function addTo<T, V>(c: usize, lo: v128, hi: v128): void {
  v128.store(c, v128.add<T>(v128.load(c), lo));
  if (offsetof<V>() > 1) v128.store(c, v128.add<T>(v128.load(c, 16), hi), 16);
}

/** From a row of A to the next, where rows are apart. */
// @ts-ignore: decorator
@inline
export function down<F>(x: usize, ra: usize): usize {
  return offsetof<F>() > 1 ? x + ra : x;
}

/** The number of A in row R; the offset of a load must be a constant. */
// @ts-ignore: decorator
@inline
export function row<T, F, R>(x: usize): v128 {
  return offsetof<F>() > 1 ? v128.load_splat<T>(x) : v128.load_splat<T>(x, offsetof<R>() * sizeof<T>());
}
