/** Small transposes in registers: `columns` are `step` bytes apart in x, rows are `pitch` bytes apart in y. */

/** 4 x 4 elements of 4 bytes. */
// @ts-ignore: decorator
@inline
export function transpose4(x: usize, step: usize, y: usize, pitch: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + step);
  const c = v128.load(x + 2 * step);
  const d = v128.load(x + 3 * step);
  const ab = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
  const ef = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  const gh = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<u64>(ab, cd, 0, 2));
  v128.store(y + pitch, v128.shuffle<u64>(ab, cd, 1, 3));
  v128.store(y + 2 * pitch, v128.shuffle<u64>(ef, gh, 0, 2));
  v128.store(y + 3 * pitch, v128.shuffle<u64>(ef, gh, 1, 3));
}

/** 2 x 2 elements of 8 bytes. */
// @ts-ignore: decorator
@inline
export function transpose2(x: usize, step: usize, y: usize, pitch: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + step);
  v128.store(y, v128.shuffle<u64>(a, b, 0, 2));
  v128.store(y + pitch, v128.shuffle<u64>(a, b, 1, 3));
}
