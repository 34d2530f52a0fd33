/** y = op(x), x strided, y dense. The codes are those of src/kernels/unary.ts. */

import { Head } from '../abi';
import { cos, erf, exp, log, sigmoid, sin, tanh } from '../simd/math';
import { item, lanesAt, offsetOf, PIECE, storeLanes, volume } from './walk';

const enum Unary {
  copy,
  neg,
  abs,
  sign,
  floor,
  sqrt,
  rsqrt,
  reciprocal,
  square,
  relu,
  step,
  exp,
  log,
  tanh,
  erf,
  sin,
  cos,
  sigmoid,
  gelu,
  geluGrad,
}

@unmanaged
export class UnaryArgs extends Head {
  op: i32;
  order: i32;
  shape: usize;
  strides: usize;
  x: usize;
  y: usize;
}

export function unary<T>(a: UnaryArgs): void {
  const outer = a.order - 1;
  const inner = outer < 0 ? <usize>1 : item(a.shape, outer);
  const step = (outer < 0 ? <usize>1 : item(a.strides, outer)) * sizeof<T>();
  const end = min(<usize>a.end * PIECE, volume(a.shape, a.order));
  let at = <usize>a.begin * PIECE;
  let row = at / inner;
  let column = at - row * inner;
  while (at < end) {
    const n = min(inner - column, end - at);
    const x = a.x + offsetOf(row, a.shape, a.strides, outer) * sizeof<T>() + column * step;
    unaryRow<T>(a.op, x, step, a.y + at * sizeof<T>(), n);
    at += n;
    row++;
    column = 0;
  }
}

/** n elements, `step` bytes apart in x. The cheap codes have a loop of their own where x is dense. */
function unaryRow<T>(op: i32, x: usize, step: usize, y: usize, n: usize): void {
  const dense = step == sizeof<T>();
  if (dense && op == Unary.neg) stream<T>(Unary.neg, x, y, n);
  else if (dense && op == Unary.abs) stream<T>(Unary.abs, x, y, n);
  else if (dense && op == Unary.square) stream<T>(Unary.square, x, y, n);
  else if (dense && op == Unary.relu) stream<T>(Unary.relu, x, y, n);
  else if (dense && op == Unary.step) stream<T>(Unary.step, x, y, n);
  else walk<T>(op, x, step, y, n);
}

// @ts-ignore: decorator
@inline
function stream<T>(op: i32, x: usize, y: usize, n: usize): void {
  const lanes: usize = 16 / sizeof<T>();
  for (; n >= 2 * lanes; n -= 2 * lanes) {
    const first = apply<T>(op, v128.load(x));
    const second = apply<T>(op, v128.load(x, 16));
    v128.store(y, first);
    v128.store(y, second, 16);
    x += 32;
    y += 32;
  }
  for (; n > 0; n--) {
    v128.store_lane<T>(y, apply<T>(op, v128.load_zero<T>(x)), 0);
    x += sizeof<T>();
    y += sizeof<T>();
  }
}

/** Any code and any step. The code is looked at for each vector, in one place: that keeps the build small. */
function walk<T>(op: i32, x: usize, step: usize, y: usize, n: usize): void {
  const lanes: usize = 16 / sizeof<T>();
  while (n > 0) {
    const whole = n >= lanes;
    storeLanes<T>(y, apply<T>(op, lanesAt<T>(x, step, whole)), whole);
    const count = whole ? lanes : 1;
    x += count * step;
    y += count * sizeof<T>();
    n -= count;
  }
}

// @ts-ignore: decorator
@inline
function apply<T>(op: i32, x: v128): v128 {
  if (op == Unary.neg) return v128.neg<T>(x);
  if (op == Unary.abs) return v128.abs<T>(x);
  if (op == Unary.square) return v128.mul<T>(x, x);
  // x < 0 ? 0 : x, which keeps NaN.
  if (op == Unary.relu) return v128.pmax<T>(x, v128.splat<T>(0));
  if (op == Unary.step) return v128.and(v128.gt<T>(x, v128.splat<T>(0)), v128.splat<T>(1));
  return other<T>(op, x);
}

function other<T>(op: i32, x: v128): v128 {
  switch (op) {
    case Unary.sign:
      return sign<T>(x);
    case Unary.floor:
      return v128.floor<T>(x);
    case Unary.sqrt:
      return v128.sqrt<T>(x);
    case Unary.rsqrt:
      return v128.div<T>(v128.splat<T>(1), v128.sqrt<T>(x));
    case Unary.reciprocal:
      return v128.div<T>(v128.splat<T>(1), x);
    case Unary.exp:
      return exp<T>(x);
    case Unary.log:
      return log<T>(x);
    case Unary.tanh:
      return tanh<T>(x);
    case Unary.erf:
      return erf<T>(x);
    case Unary.sin:
      return sin<T>(x);
    case Unary.cos:
      return cos<T>(x);
    case Unary.sigmoid:
      return sigmoid<T>(x);
    case Unary.gelu:
      return v128.mul<T>(x, normal<T>(x));
    case Unary.geluGrad:
      return v128.add<T>(normal<T>(x), v128.mul<T>(x, density<T>(x)));
    default:
      return x;
  }
}

// @ts-ignore: decorator
@inline
function sign<T>(x: v128): v128 {
  const zero = v128.splat<T>(0);
  const above = v128.gt<T>(x, zero);
  const below = v128.lt<T>(x, zero);
  const one = v128.or(v128.and(above, v128.splat<T>(1)), v128.and(below, v128.splat<T>(-1)));
  return v128.bitselect(one, x, v128.or(above, below));
}

/** The normal distribution (1 + erf(x / sqrt 2)) / 2. */
function normal<T>(x: v128): v128 {
  const e = erf<T>(v128.mul<T>(x, v128.splat<T>(<T>0.7071067811865476)));
  return v128.mul<T>(v128.splat<T>(0.5), v128.add<T>(v128.splat<T>(1), e));
}

/** Its density e^(-x^2 / 2) / sqrt(2 pi). */
// @ts-ignore: decorator
@inline
function density<T>(x: v128): v128 {
  const e = exp<T>(v128.mul<T>(v128.splat<T>(-0.5), v128.mul<T>(x, x)));
  return v128.mul<T>(v128.splat<T>(<T>0.3989422804014327), e);
}
