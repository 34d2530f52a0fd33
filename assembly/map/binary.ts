/** y = op(a, b), a and b strided (0 repeats), y dense. The codes are those of src/kernels/binary.ts. */

import { Head } from '../abi';
import { item, lanesAt, offsetOf, PIECE, storeLanes, volume } from './walk';

const enum Binary {
  add,
  sub,
  mul,
  div,
  max,
  min,
  less,
  lessEqual,
  equal,
  reluGrad,
  tanhGrad,
  sigmoidGrad,
}

@unmanaged
export class BinaryArgs extends Head {
  op: i32;
  order: i32;
  shape: usize;
  aStrides: usize;
  bStrides: usize;
  a: usize;
  b: usize;
  y: usize;
}

export function binary<T>(args: BinaryArgs): void {
  const outer = args.order - 1;
  const inner = outer < 0 ? <usize>1 : item(args.shape, outer);
  const aStep = (outer < 0 ? <usize>1 : item(args.aStrides, outer)) * sizeof<T>();
  const bStep = (outer < 0 ? <usize>1 : item(args.bStrides, outer)) * sizeof<T>();
  const end = min(<usize>args.end * PIECE, volume(args.shape, args.order));
  let at = <usize>args.begin * PIECE;
  let row = at / inner;
  let column = at - row * inner;
  while (at < end) {
    const n = min(inner - column, end - at);
    const a = args.a + offsetOf(row, args.shape, args.aStrides, outer) * sizeof<T>() + column * aStep;
    const b = args.b + offsetOf(row, args.shape, args.bStrides, outer) * sizeof<T>() + column * bStep;
    binaryRow<T>(args.op, a, aStep, b, bStep, args.y + at * sizeof<T>(), n);
    at += n;
    row++;
    column = 0;
  }
}

/** n elements. The frequent codes have loops of their own where a is dense and b is dense or a scalar. */
function binaryRow<T>(op: i32, a: usize, aStep: usize, b: usize, bStep: usize, y: usize, n: usize): void {
  const dense = aStep == sizeof<T>() && bStep == sizeof<T>();
  const scaled = aStep == sizeof<T>() && bStep == 0;
  if (dense && op == Binary.add) stream<T>(Binary.add, true, a, b, y, n);
  else if (dense && op == Binary.sub) stream<T>(Binary.sub, true, a, b, y, n);
  else if (dense && op == Binary.mul) stream<T>(Binary.mul, true, a, b, y, n);
  else if (dense && op == Binary.reluGrad) stream<T>(Binary.reluGrad, true, a, b, y, n);
  else if (scaled && op == Binary.add) stream<T>(Binary.add, false, a, b, y, n);
  else if (scaled && op == Binary.mul) stream<T>(Binary.mul, false, a, b, y, n);
  else walk<T>(op, a, aStep, b, bStep, y, n);
}

/** a is dense; b is dense or a scalar. */
// @ts-ignore: decorator
@inline
function stream<T>(op: i32, bDense: bool, a: usize, b: usize, y: usize, n: usize): void {
  const lanes: usize = 16 / sizeof<T>();
  const scalar = v128.load_splat<T>(b);
  for (; n >= 2 * lanes; n -= 2 * lanes) {
    const first = apply<T>(op, v128.load(a), bDense ? v128.load(b) : scalar);
    const second = apply<T>(op, v128.load(a, 16), bDense ? v128.load(b, 16) : scalar);
    v128.store(y, first);
    v128.store(y, second, 16);
    a += 32;
    if (bDense) b += 32;
    y += 32;
  }
  for (; n > 0; n--) {
    v128.store_lane<T>(y, apply<T>(op, v128.load_zero<T>(a), bDense ? v128.load_zero<T>(b) : scalar), 0);
    a += sizeof<T>();
    if (bDense) b += sizeof<T>();
    y += sizeof<T>();
  }
}

/** Any code and any steps. The code is looked at for each vector, in one place: that keeps the build small. */
function walk<T>(op: i32, a: usize, aStep: usize, b: usize, bStep: usize, y: usize, n: usize): void {
  const lanes: usize = 16 / sizeof<T>();
  while (n > 0) {
    const whole = n >= lanes;
    storeLanes<T>(y, apply<T>(op, lanesAt<T>(a, aStep, whole), lanesAt<T>(b, bStep, whole)), whole);
    const count = whole ? lanes : 1;
    a += count * aStep;
    b += count * bStep;
    y += count * sizeof<T>();
    n -= count;
  }
}

// @ts-ignore: decorator
@inline
function apply<T>(op: i32, a: v128, b: v128): v128 {
  if (op == Binary.add) return v128.add<T>(a, b);
  if (op == Binary.sub) return v128.sub<T>(a, b);
  if (op == Binary.mul) return v128.mul<T>(a, b);
  if (op == Binary.reluGrad) return v128.and(b, v128.gt<T>(a, v128.splat<T>(0)));
  return other<T>(op, a, b);
}

function other<T>(op: i32, a: v128, b: v128): v128 {
  const one = v128.splat<T>(1);
  switch (op) {
    case Binary.div:
      return v128.div<T>(a, b);
    case Binary.max:
      return v128.max<T>(a, b);
    case Binary.min:
      return v128.min<T>(a, b);
    case Binary.less:
      return v128.and(v128.lt<T>(a, b), one);
    case Binary.lessEqual:
      return v128.and(v128.le<T>(a, b), one);
    case Binary.equal:
      return v128.and(v128.eq<T>(a, b), one);
    case Binary.tanhGrad:
      return v128.mul<T>(b, v128.sub<T>(one, v128.mul<T>(a, a)));
    default:
      return v128.mul<T>(b, v128.mul<T>(a, v128.sub<T>(one, a)));
  }
}
