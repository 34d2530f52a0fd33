/** Adam and AdamW, one pass over parameter, gradient and both moments. */

import { Head } from '../abi';
import { PIECE } from '../map/walk';
import { lanes, loadPart, storePart } from './lanes';

@unmanaged
export class AdamArgs extends Head {
  count: i32;
  p: usize;
  g: usize;
  m: usize;
  v: usize;
  out: usize;
  mOut: usize;
  vOut: usize;
  slots: usize;
}

export function adam<T>(a: AdamArgs): void {
  if (load<f64>(a.slots, 40) == 0) sweep<T>(a, false);
  else sweep<T>(a, true);
}

// @ts-ignore: decorator
@inline
function sweep<T>(a: AdamArgs, decoupled: bool): void {
  const s = a.slots;
  const lr = load<f64>(s);
  const wd = load<f64>(s, 32);
  const beta1 = v128.splat<T>(<T>load<f64>(s, 8));
  const rest1 = v128.splat<T>(<T>(1 - load<f64>(s, 8)));
  const beta2 = v128.splat<T>(<T>load<f64>(s, 16));
  const rest2 = v128.splat<T>(<T>(1 - load<f64>(s, 16)));
  const eps = v128.splat<T>(<T>load<f64>(s, 24));
  const decay = v128.splat<T>(<T>(decoupled ? 1 - lr * wd : wd));
  const step = v128.splat<T>(<T>(lr / load<f64>(s, 48)));
  const root = v128.splat<T>(<T>(1 / sqrt(load<f64>(s, 56))));
  const scale = v128.splat<T>(<T>load<f64>(s, 64));
  const from = <usize>a.begin * PIECE * sizeof<T>();
  const bytes = min(<usize>a.end * PIECE, <usize>a.count) * sizeof<T>() - from;
  const p = a.p + from;
  const g = a.g + from;
  const m = a.m + from;
  const v = a.v + from;
  const out = a.out + from;
  const mOut = a.mOut + from;
  const vOut = a.vOut + from;
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) {
    update<T>(
      p + i,
      g + i,
      m + i,
      v + i,
      out + i,
      mOut + i,
      vOut + i,
      lanes<T>(),
      beta1,
      rest1,
      beta2,
      rest2,
      eps,
      decay,
      step,
      root,
      scale,
      decoupled,
    );
  }
  for (; i != bytes; i += sizeof<T>()) {
    update<T>(
      p + i,
      g + i,
      m + i,
      v + i,
      out + i,
      mOut + i,
      vOut + i,
      1,
      beta1,
      rest1,
      beta2,
      rest2,
      eps,
      decay,
      step,
      root,
      scale,
      decoupled,
    );
  }
}

// @ts-ignore: decorator
@inline
function update<T>(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  out: usize,
  mOut: usize,
  vOut: usize,
  width: i32,
  beta1: v128,
  rest1: v128,
  beta2: v128,
  rest2: v128,
  eps: v128,
  decay: v128,
  step: v128,
  root: v128,
  scale: v128,
  decoupled: bool,
): void {
  const zero = i64x2.splat(0);
  let x = loadPart<T>(p, width, zero);
  let d = v128.mul<T>(loadPart<T>(g, width, zero), scale);
  if (decoupled) x = v128.mul<T>(x, decay);
  else d = v128.add<T>(d, v128.mul<T>(decay, x));
  const mean = v128.add<T>(v128.mul<T>(beta1, loadPart<T>(m, width, zero)), v128.mul<T>(rest1, d));
  const square = v128.add<T>(v128.mul<T>(beta2, loadPart<T>(v, width, zero)), v128.mul<T>(rest2, v128.mul<T>(d, d)));
  storePart<T>(mOut, width, mean);
  storePart<T>(vOut, width, square);
  const size = v128.add<T>(v128.mul<T>(v128.sqrt<T>(square), root), eps);
  storePart<T>(out, width, v128.sub<T>(x, v128.mul<T>(step, v128.div<T>(mean, size))));
}
