/** Rows of f64 in a workspace, each a multiple of 32 bytes long and 0 behind its elements. */

/** Bytes of a row of n numbers. */
// @ts-ignore: decorator
@inline
export function padded(n: i32): usize {
  return (((<usize>n) << 3) + 31) & ~31;
}

export function dot(x: usize, y: usize, bytes: usize): f64 {
  let s = f64x2.splat(0),
    t = f64x2.splat(0);
  for (let p: usize = 0; p < bytes; p += 32) {
    s = f64x2.add(s, f64x2.mul(v128.load(x + p), v128.load(y + p)));
    t = f64x2.add(t, f64x2.mul(v128.load(x + p, 16), v128.load(y + p, 16)));
  }
  s = f64x2.add(s, t);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

export function norm2(x: usize, bytes: usize): f64 {
  return dot(x, x, bytes);
}

/** y = y + s x. */
export function addTo(y: usize, x: usize, bytes: usize, s: f64): void {
  const ss = f64x2.splat(s);
  for (let p: usize = 0; p < bytes; p += 16) {
    v128.store(y + p, f64x2.add(v128.load(y + p), f64x2.mul(ss, v128.load(x + p))));
  }
}

/** Exchanges two rows of a multiple of 8 bytes. */
export function swapRows(x: usize, y: usize, bytes: usize): void {
  for (let p: usize = 0; p < bytes; p += 8) {
    const a = load<u64>(x + p);
    store<u64>(x + p, load<u64>(y + p));
    store<u64>(y + p, a);
  }
}

/**
 * Makes row j of W a unit vector orthogonal to rows [0, j), which are orthonormal: the unit coordinate farthest from them,
 * orthogonalized twice. Rows are `bytes` of `pitch` bytes and have `length` elements.
 */
export function complete(W: usize, j: i32, pitch: usize, bytes: usize, length: i32): void {
  const x = W + <usize>j * pitch;
  memory.fill(x, 0, bytes);
  for (let i = 0; i < j; i++) {
    const b = W + <usize>i * pitch;
    for (let p: usize = 0; p < bytes; p += 8) store<f64>(x + p, load<f64>(x + p) + load<f64>(b + p) * load<f64>(b + p));
  }
  let at: usize = 0;
  for (let p: usize = 8; p < (<usize>length) << 3; p += 8) if (load<f64>(x + p) < load<f64>(x + at)) at = p;
  memory.fill(x, 0, bytes);
  store<f64>(x + at, 1);
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < j; i++) {
      const b = W + <usize>i * pitch;
      addTo(x, b, bytes, -dot(b, x, bytes));
    }
  }
  const size = sqrt(norm2(x, bytes));
  for (let p: usize = 0; p < bytes; p += 8) store<f64>(x + p, load<f64>(x + p) / size);
}
