/**
 * tanh x on lanes, to 2 ulp, from m = e^(2|x|) - 1: (m/2) (1 - m / (m + 2)) where m < 2, else 1 - 2 / (m + 2).
 * src/math/tanh.ts has the same operations.
 */

import { powerOfTwo, reduced, seriesOf, shifted, unshifted } from './exp';
import { madd, splat } from './lanes';

export function tanh<T>(x: v128): v128 {
  const size = v128.pmin<T>(v128.abs<T>(x), splat<T>(sizeof<T>() == 4 ? 10 : 22));
  const twice = v128.add<T>(size, size);
  const t = shifted<T>(twice);
  const power = powerOfTwo<T>(t);
  const n = unshifted<T>(t);
  const r = reduced<T>(twice, n);
  const base = v128.sub<T>(power, splat<T>(1));
  const step = v128.mul<T>(power, r);
  const lead = v128.add<T>(base, step);
  const lost = v128.add<T>(v128.sub<T>(base, lead), step);
  const m = v128.add<T>(lead, madd<T>(power, seriesOf<T>(r, twice, n), lost));
  const near = v128.lt<T>(m, splat<T>(2));
  const ratio = v128.div<T>(v128.bitselect(m, splat<T>(2), near), v128.add<T>(m, splat<T>(2)));
  const front = v128.bitselect(v128.mul<T>(splat<T>(0.5), m), splat<T>(1), near);
  return v128.bitselect(x, v128.sub<T>(front, v128.mul<T>(front, ratio)), splat<T>(-0.0));
}
