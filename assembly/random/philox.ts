/**
 * Random numbers by Philox4x32-10 (Salmon et al. 2011), four blocks of four words at a time, a block in each lane. Element
 * i comes from block i / 4 (f32) or i / 2 (f64) alone.
 */

import { Head } from '../abi';
import { PIECE } from '../map/walk';
import { madd, splat } from '../simd/lanes';
import { cos, log, sin } from '../simd/math';

@unmanaged
export class PhiloxArgs extends Head {
  kind: i32;
  count: i32;
  key: usize;
  params: usize;
  out: usize;
}

const NORMAL: i32 = 1;
const BERNOULLI: i32 = 2;

/** Units of four blocks, 64 bytes of results; the last may be cut short. */
export function philox<T>(a: PhiloxArgs): void {
  const low = splat<T>(load<f64>(a.params));
  const scale = splat<T>(load<f64>(a.params, 8));
  const p = splat<T>(load<f64>(a.params, 16));
  const key = a.key;
  let block = <i32>((<usize>a.begin * PIECE * sizeof<T>()) >> 4);
  let out = a.out + <usize>a.begin * PIECE * sizeof<T>();
  let bytes = (min(<usize>a.end * PIECE, <usize>a.count) - <usize>a.begin * PIECE) * sizeof<T>();
  for (; bytes >= 64; bytes -= 64) {
    unit<T>(out, key, block, a.kind, low, scale, p);
    out += 64;
    block += 4;
  }
  if (bytes == 0) return;
  unit<T>(a.work, key, block, a.kind, low, scale, p);
  memory.copy(out, a.work, bytes);
}

/** Low words of the products of the lanes with m. */
// @ts-ignore: decorator
@inline
function lows(lower: v128, upper: v128): v128 {
  return v128.shuffle<u32>(lower, upper, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function highs(lower: v128, upper: v128): v128 {
  return v128.shuffle<u32>(lower, upper, 1, 3, 5, 7);
}

function unit<T>(out: usize, key: usize, block: i32, kind: i32, low: v128, scale: v128, p: v128): void {
  const m0 = i32x4.splat(0xd2511f53);
  const m1 = i32x4.splat(0xcd9e8d57);
  let k0 = v128.load32_splat(key);
  let k1 = v128.load32_splat(key, 4);
  let w0 = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3));
  let w1 = v128.load32_splat(key, 8);
  let w2 = v128.load32_splat(key, 12);
  let w3 = v128.load32_splat(key, 16);
  for (let round = 0; round < 10; round++) {
    const a = i64x2.extmul_low_i32x4_u(w0, m0);
    const b = i64x2.extmul_high_i32x4_u(w0, m0);
    const c = i64x2.extmul_low_i32x4_u(w2, m1);
    const d = i64x2.extmul_high_i32x4_u(w2, m1);
    w0 = v128.xor(v128.xor(highs(c, d), w1), k0);
    w2 = v128.xor(v128.xor(highs(a, b), w3), k1);
    w1 = lows(c, d);
    w3 = lows(a, b);
    k0 = i32x4.add(k0, i32x4.splat(0x9e3779b9));
    k1 = i32x4.add(k1, i32x4.splat(0xbb67ae85));
  }
  let a: v128, b: v128, c: v128, d: v128;
  if (sizeof<T>() == 4) {
    a = single(w0);
    b = single(w1);
    c = single(w2);
    d = single(w3);
  } else {
    a = double(w0, w1);
    b = double(w2, w3);
    c = double(upperHalf(w0), upperHalf(w1));
    d = double(upperHalf(w2), upperHalf(w3));
  }
  if (kind == NORMAL) {
    // Box & Muller 1958; 1 - u is never 0
    let r = radius<T>(a);
    let t = angle<T>(b);
    a = v128.mul<T>(r, cos<T>(t));
    b = v128.mul<T>(r, sin<T>(t));
    r = radius<T>(c);
    t = angle<T>(d);
    c = v128.mul<T>(r, cos<T>(t));
    d = v128.mul<T>(r, sin<T>(t));
  } else if (kind == BERNOULLI) {
    const one = splat<T>(1);
    const kept = v128.div<T>(one, v128.sub<T>(one, p));
    a = v128.and(v128.ge<T>(a, p), kept);
    b = v128.and(v128.ge<T>(b, p), kept);
    c = v128.and(v128.ge<T>(c, p), kept);
    d = v128.and(v128.ge<T>(d, p), kept);
  }
  storeBlocks<T>(out, madd<T>(scale, a, low), madd<T>(scale, b, low), madd<T>(scale, c, low), madd<T>(scale, d, low));
}

/** Uniform in [0, 1) from the upper 24 bits of each word. */
// @ts-ignore: decorator
@inline
function single(w: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(w, 8)), f32x4.splat(5.9604644775390625e-8));
}

/** Uniform in [0, 1) from 27 + 26 bits of the two lower words of each vector. */
// @ts-ignore: decorator
@inline
function double(u: v128, v: v128): v128 {
  const upper = f64x2.convert_low_i32x4_s(i32x4.shr_u(u, 5));
  const lower = f64x2.convert_low_i32x4_s(i32x4.shr_u(v, 6));
  return f64x2.mul(madd<f64>(upper, f64x2.splat(67108864), lower), f64x2.splat(1.1102230246251565e-16));
}

// @ts-ignore: decorator
@inline
function upperHalf(w: v128): v128 {
  return v128.shuffle<u64>(w, w, 1, 0);
}

/** sqrt(-2 ln(1 - u)). */
// @ts-ignore: decorator
@inline
function radius<T>(u: v128): v128 {
  return v128.sqrt<T>(v128.mul<T>(splat<T>(-2), log<T>(v128.sub<T>(splat<T>(1), u))));
}

// @ts-ignore: decorator
@inline
function angle<T>(u: v128): v128 {
  return v128.mul<T>(splat<T>(6.283185307179586), u);
}

/** The numbers of block 0, then of block 1, ...: f32 has one of each vector in a block, f64 one of a and b, or of c and d. */
// @ts-ignore: decorator
@inline
function storeBlocks<T>(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  if (sizeof<T>() == 8) {
    v128.store(out, v128.shuffle<u64>(a, b, 0, 2));
    v128.store(out, v128.shuffle<u64>(a, b, 1, 3), 16);
    v128.store(out, v128.shuffle<u64>(c, d, 0, 2), 32);
    v128.store(out, v128.shuffle<u64>(c, d, 1, 3), 48);
    return;
  }
  const e = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  const f = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
  const g = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  const h = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<u64>(e, f, 0, 2));
  v128.store(out, v128.shuffle<u64>(e, f, 1, 3), 16);
  v128.store(out, v128.shuffle<u64>(g, h, 0, 2), 32);
  v128.store(out, v128.shuffle<u64>(g, h, 1, 3), 48);
}
