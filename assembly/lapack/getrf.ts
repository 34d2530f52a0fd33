/**
 * LU factorization with partial pivoting of each matrix of a batch, A[P] = L U (Golub & Van Loan, 3.4.1 and 3.2.11:
 * blocks of columns). A zero pivot leaves its column as it is and goes on. n^2 (m - n / 3) operations.
 */

import { Head } from '../abi';
import { axpy, scale, swap } from '../level1/vectors';
import { mul } from '../level3/mul';

@unmanaged
export class GetrfArgs extends Head {
  batch: i32;
  m: i32;
  n: i32;
  A: usize;
  F: usize;
  P: usize;
  D: usize;
}

/** Columns of a block; src/kernels/getrf.ts has the same. */
const BLOCK: i32 = 32;

export function getrf<T>(a: GetrfArgs): void {
  const bytes = <usize>a.m * <usize>a.n * sizeof<T>();
  for (let t = <usize>a.begin; t < <usize>a.end; t++) {
    const F = a.F + t * bytes;
    const P = a.P + ((t * <usize>a.m) << 2);
    memory.copy(F, a.A + t * bytes, bytes);
    for (let i = 0; i < a.m; i++) store<i32>(P + ((<usize>i) << 2), i);
    const sign = factor<T>(a.m, a.n, F, P, a.work);
    if (a.D) determinant<T>(min(a.m, a.n), a.n, F, sign, a.D + (t << 4));
  }
}

/** Factors in place; the sign of the permutation. */
function factor<T>(m: i32, n: i32, F: usize, P: usize, work: usize): f64 {
  const pitch = <usize>n * sizeof<T>();
  const rank = min(m, n);
  const room = work + <usize>BLOCK * pitch;
  let sign: f64 = 1;
  for (let k = 0; k < rank; k += BLOCK) {
    const width = min(BLOCK, rank - k);
    for (let j = k; j < k + width; j++) sign *= eliminate<T>(m, n, F, P, j, k + width);
    const rest = n - k - width;
    if (rest == 0) break;
    // The block's rows to the right of it, then all below them.
    const corner = F + <usize>k * (pitch + sizeof<T>());
    const right = corner + <usize>width * sizeof<T>();
    for (let i = 1; i < width; i++) {
      const row = corner + <usize>i * pitch;
      for (let j = 0; j < i; j++) {
        axpy<T>(rest, -load<T>(row + <usize>j * sizeof<T>()), right + <usize>j * pitch, right + <usize>i * pitch);
      }
    }
    for (let i: usize = 0; i < <usize>width; i++) {
      scale<T>(rest, -1, right + i * pitch, work + i * <usize>rest * sizeof<T>());
    }
    const below = <usize>width * pitch;
    mul<T>(room, m - k - width, rest, width, corner + below, n, 1, work, rest, 1, right + below, n, 1, true);
  }
  return sign;
}

/** Column j: the largest element comes to the diagonal with its row, and the columns before `end` lose their multiples. */
function eliminate<T>(m: i32, n: i32, F: usize, P: usize, j: i32, end: i32): f64 {
  const pitch = <usize>n * sizeof<T>();
  const row = F + <usize>j * pitch;
  const at = <usize>j * sizeof<T>();
  let largest = j;
  let top = abs<T>(load<T>(row + at));
  for (let i = j + 1; i < m; i++) {
    const size = abs<T>(load<T>(F + <usize>i * pitch + at));
    if (size > top) {
      top = size;
      largest = i;
    }
  }
  if (top == 0) return 1;
  if (largest != j) {
    swap<T>(n, row, F + <usize>largest * pitch);
    const p = P + ((<usize>j) << 2);
    const q = P + ((<usize>largest) << 2);
    const place = load<i32>(p);
    store<i32>(p, load<i32>(q));
    store<i32>(q, place);
  }
  const pivot = load<T>(row + at);
  const left = end - j - 1;
  for (let i = j + 1; i < m; i++) {
    const p = F + <usize>i * pitch + at;
    const factor = load<T>(p) / pivot;
    store<T>(p, factor);
    if (factor != 0) axpy<T>(left, -factor, row + at + sizeof<T>(), p + sizeof<T>());
  }
  return largest == j ? 1 : -1;
}

/** The determinant as a number with size in [1, 2), or 0, and a power of 2: it neither over- nor underflows. */
function determinant<T>(n: i32, columns: i32, F: usize, sign: f64, D: usize): void {
  let mantissa = sign;
  let exponent: f64 = 0;
  for (let i: usize = 0; i < <usize>n && mantissa != 0; i++) {
    let x = <f64>load<T>(F + i * <usize>(columns + 1) * sizeof<T>());
    if (abs(x) < 2.2250738585072014e-308) {
      // Subnormal numbers, made normal before their exponent is read.
      x *= 18014398509481984;
      exponent -= 54;
    }
    for (let turn = 0; turn < 2 && x != 0; turn++) {
      const bits = reinterpret<u64>(x);
      exponent += <f64>(<i32>((bits >> 52) & 2047) - 1023);
      x = reinterpret<f64>((bits & 0x800fffffffffffff) | 0x3ff0000000000000);
      // First of the element, then of the product.
      if (turn == 0) x *= mantissa;
    }
    mantissa = x;
  }
  store<f64>(D, mantissa);
  store<f64>(D, mantissa == 0 ? 0 : exponent, 8);
}
