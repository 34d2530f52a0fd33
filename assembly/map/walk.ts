/** How elementwise kernels walk strided operands: rows of the last mode, found from the row-major index of the output. */

/** Elements in a piece; src/kernels/pieces.ts has the same. */
export const PIECE: usize = 16384;

/** Product of the sizes. */
export function volume(shape: usize, order: i32): usize {
  let size: usize = 1;
  for (let k = 0; k < order; k++) size *= load<u32>(shape + ((<usize>k) << 2));
  return size;
}

/** Size or stride of mode k. */
// @ts-ignore: decorator
@inline
export function item(list: usize, k: i32): usize {
  return load<u32>(list + ((<usize>k) << 2));
}

/** Offset in elements of the index `i` that counts through the first `modes` modes, row-major. */
export function offsetOf(i: usize, shape: usize, strides: usize, modes: i32): usize {
  let offset: usize = 0;
  for (let k = modes - 1; k > 0; k--) {
    const n = item(shape, k);
    const rest = i / n;
    offset += (i - rest * n) * item(strides, k);
    i = rest;
  }
  return modes > 0 ? offset + i * item(strides, 0) : 0;
}

/** A vector from addresses p, p + step, ...; a single element and zeros where `whole` is false. */
// @ts-ignore: decorator
@inline
export function lanesAt<T>(p: usize, step: usize, whole: bool): v128 {
  if (!whole) return v128.load_zero<T>(p);
  if (step == sizeof<T>()) return v128.load(p);
  let v = v128.load_zero<T>(p);
  v = v128.load_lane<T>(p + step, v, 1);
  if (sizeof<T>() == 4) {
    v = v128.load_lane<T>(p + 2 * step, v, 2);
    v = v128.load_lane<T>(p + 3 * step, v, 3);
  }
  return v;
}

/** Stores a vector, or its first lane where `whole` is false. */
// @ts-ignore: decorator
@inline
export function storeLanes<T>(p: usize, v: v128, whole: bool): void {
  if (whole) v128.store(p, v);
  else v128.store_lane<T>(p, v, 0);
}
