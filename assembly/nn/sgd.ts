/** Stochastic gradient descent with momentum, one pass over parameter, gradient and momentum buffer. */

import { Head } from '../abi';
import { PIECE } from '../map/walk';
import { lanes, loadPart, storePart } from './lanes';

@unmanaged
export class SgdArgs extends Head {
  count: i32;
  p: usize;
  g: usize;
  momentum: usize;
  out: usize;
  momentumOut: usize;
  slots: usize;
}

export function sgd<T>(a: SgdArgs): void {
  if (a.momentum == 0) sweep<T>(a, false, false);
  else if (load<f64>(a.slots, 16) == 0) sweep<T>(a, true, false);
  else sweep<T>(a, true, true);
}

/** A hyper-parameter in every lane. */
// @ts-ignore: decorator
@inline
function slot<T>(slots: usize, i: usize): v128 {
  return v128.splat<T>(<T>load<f64>(slots + 8 * i));
}

// @ts-ignore: decorator
@inline
function sweep<T>(a: SgdArgs, momentum: bool, nesterov: bool): void {
  const lr = slot<T>(a.slots, 0);
  const mu = slot<T>(a.slots, 1);
  const decay = slot<T>(a.slots, 3);
  const scale = slot<T>(a.slots, 4);
  const from = <usize>a.begin * PIECE * sizeof<T>();
  const bytes = min(<usize>a.end * PIECE, <usize>a.count) * sizeof<T>() - from;
  const p = a.p + from;
  const g = a.g + from;
  const b = a.momentum + from;
  const out = a.out + from;
  const bOut = a.momentumOut + from;
  let i: usize = 0;
  if (!momentum) {
    for (; bytes - i >= 64; i += 64) {
      const j = i + 16;
      const k = i + 32;
      const l = i + 48;
      update<T>(p + i, g + i, b + i, out + i, bOut + i, lanes<T>(), lr, mu, decay, scale, momentum, nesterov);
      update<T>(p + j, g + j, b + j, out + j, bOut + j, lanes<T>(), lr, mu, decay, scale, momentum, nesterov);
      update<T>(p + k, g + k, b + k, out + k, bOut + k, lanes<T>(), lr, mu, decay, scale, momentum, nesterov);
      update<T>(p + l, g + l, b + l, out + l, bOut + l, lanes<T>(), lr, mu, decay, scale, momentum, nesterov);
    }
  }
  for (; bytes - i >= 16; i += 16) {
    update<T>(p + i, g + i, b + i, out + i, bOut + i, lanes<T>(), lr, mu, decay, scale, momentum, nesterov);
  }
  for (; i != bytes; i += sizeof<T>()) {
    update<T>(p + i, g + i, b + i, out + i, bOut + i, 1, lr, mu, decay, scale, momentum, nesterov);
  }
}

// @ts-ignore: decorator
@inline
function update<T>(
  p: usize,
  g: usize,
  b: usize,
  out: usize,
  bOut: usize,
  width: i32,
  lr: v128,
  mu: v128,
  decay: v128,
  scale: v128,
  momentum: bool,
  nesterov: bool,
): void {
  const zero = i64x2.splat(0);
  const x = loadPart<T>(p, width, zero);
  let d = v128.add<T>(v128.mul<T>(loadPart<T>(g, width, zero), scale), v128.mul<T>(decay, x));
  if (momentum) {
    const m = v128.add<T>(v128.mul<T>(mu, loadPart<T>(b, width, zero)), d);
    storePart<T>(bOut, width, m);
    d = nesterov ? v128.add<T>(d, v128.mul<T>(mu, m)) : m;
  }
  storePart<T>(out, width, v128.sub<T>(x, v128.mul<T>(lr, d)));
}
