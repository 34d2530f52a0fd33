/** The greatest |x| and the first element that is NaN or infinite, of each piece. */

import { Head } from '../abi';

@unmanaged
export class ScanArgs extends Head {
  n: i32;
  x: usize;
  y: usize;
}

/** Elements in a piece; src/kernels/scan.ts has the same. */
const SCANNED: usize = 65536;

export function scan<T>(a: ScanArgs): void {
  for (let t = a.begin; t < a.end; t++) {
    const begin = <usize>t * SCANNED;
    const end = min(begin + SCANNED, <usize>a.n);
    const top = maxAbs<T>(a.x + begin * sizeof<T>(), a.x + end * sizeof<T>());
    store<f64>(a.y + ((<usize>t) << 4), top);
    // What is neither NaN nor infinite less itself is 0.
    const first = top - top == 0 ? -1 : firstBad<T>(a.x, begin, end);
    store<f64>(a.y + ((<usize>t) << 4), first, 8);
  }
}

/** max |x| of the elements between two addresses; NaN where one is. */
export function maxAbs<T>(p: usize, end: usize): f64 {
  const zero = v128.splat<T>(<T>0);
  let m0 = zero;
  let m1 = zero;
  let sum = zero;
  for (; p + 32 <= end; p += 32) {
    const x = v128.abs<T>(v128.load(p));
    const y = v128.abs<T>(v128.load(p, 16));
    // Passes NaN over, in one instruction where max() takes eight. A sum becomes NaN and stays it.
    m0 = v128.pmax<T>(m0, x);
    m1 = v128.pmax<T>(m1, y);
    sum = v128.add<T>(sum, v128.add<T>(x, y));
  }
  m0 = v128.pmax<T>(m0, m1);
  if (v128.any_true(v128.ne<T>(sum, sum))) return NaN;
  let top = max<T>(v128.extract_lane<T>(m0, 0), v128.extract_lane<T>(m0, 1));
  if (sizeof<T>() == 4) {
    top = max<T>(top, max<T>(v128.extract_lane<T>(m0, 2), v128.extract_lane<T>(m0, 3)));
  }
  for (; p < end; p += sizeof<T>()) top = max<T>(top, abs<T>(load<T>(p)));
  return <f64>top;
}

function firstBad<T>(x: usize, from: usize, to: usize): f64 {
  let k = from;
  for (; k < to; k++) {
    const v = load<T>(x + k * sizeof<T>());
    if (v - v != 0) break;
  }
  return <f64>k;
}
