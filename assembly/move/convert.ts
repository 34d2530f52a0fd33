/** From one element type to another: reals round, integers truncate towards zero and saturate, NaN becomes 0. */

// @ts-ignore: decorator
@inline
export function convert<From, To>(x: From): To {
  if (isInteger<To>() && sizeof<To>() == 1) {
    // Float to u32 saturates by itself (non-trapping conversion), so negative numbers and NaN are 0 already.
    if (isFloat<From>()) return <To>min<u32>(<u32>x, 255);
    return <To>min<i32>(max<i32>(<i32>x, 0), 255);
  }
  return <To>x;
}
