/** Rounding of trains in plain numbers: the reference of the kernel ttRound. */

import { formQ, formR } from './formed.ts';
import { applyReflector, type Grid, reflect } from './householder.ts';
import { jacobiSvd } from './jacobiSvd.ts';

/** The fields of the kernel; src/kernels/ttRound.ts says what they hold. */
interface Round {
  readonly d: number;
  readonly modes: readonly number[];
  readonly ranks: readonly number[];
  readonly caps: readonly number[];
  readonly cores: ArrayLike<number>;
  readonly rounded: Float32Array | Float64Array;
  readonly newRanks: Int32Array;
  readonly slots: Float64Array;
}

export function roundPlain(a: Round): void {
  const { d, modes, ranks, slots } = a;
  const cores = unpacked(a);
  let exponent = cores.reduce((sum, core) => sum + toUnit(core), 0);
  // From the last core to the second: rows of right[k] [c_k, n c_{k+1}] are orthonormal.
  const right: Float64Array[] = [...cores];
  const c = [...ranks];
  for (let k = d - 1; k > 0; k--) {
    const [r, width] = [ranks[k]!, modes[k]! * c[k + 1]!];
    c[k] = Math.min(r, width);
    const { L, Q } = lqOf(right[k]!, r, width);
    exponent += toUnit(L);
    right[k] = Q;
    right[k - 1] = product(cores[k - 1]!, L, ranks[k - 1]! * modes[k - 1]!, r, c[k]!);
  }
  let center = right[0]!;
  let [q, norm, delta, lost, to] = [1, 0, 0, 0, 0];
  a.newRanks[0] = 1;
  for (let k = 0; k < d - 1; k++) {
    const m = q * modes[k]!;
    const { U, S, Vt } = jacobiSvd(center, m, c[k + 1]!);
    if (k === 0) {
      norm = tailOf(S, 0);
      delta = Math.max(slots[0]! * norm, timesPower(slots[1]!, -exponent)) / Math.sqrt(d - 1);
    }
    const rank = Math.min(a.caps[k]!, rankOf(S, delta));
    lost += tailOf(S, rank) * tailOf(S, rank);
    for (let i = 0; i < m; i++) for (let j = 0; j < rank; j++) a.rounded[to++] = U[i * S.length + j]!;
    const rest = Vt.slice(0, rank * c[k + 1]!).map((x, at) => x * S[Math.floor(at / c[k + 1]!)]!);
    center = product(rest, right[k + 1]!, rank, c[k + 1]!, modes[k + 1]! * c[k + 2]!);
    a.newRanks[k + 1] = q = rank;
  }
  a.rounded.set(center, to);
  a.newRanks[d] = 1;
  slots.set([norm, Math.sqrt(lost), exponent], 2);
}

function unpacked({ modes, ranks, cores }: Round): Float64Array[] {
  let from = 0;
  return modes.map((n, k) => {
    const core = Float64Array.from({ length: ranks[k]! * n * ranks[k + 1]! }, (_, i) => cores[from + i]!);
    from += core.length;
    return core;
  });
}

/** Divides x by the power of two 2^e that brings its greatest element to [1, 2); returns e. */
function toUnit(x: Float64Array): number {
  const top = x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  let exponent = 0;
  if (top === 0) return exponent;
  for (; timesPower(top, -exponent) >= 2; exponent++);
  for (; timesPower(top, -exponent) < 1; exponent--);
  for (let i = 0; i < x.length; i++) x[i] = timesPower(x[i]!, -exponent);
  return exponent;
}

/** x 2^e, by steps that are exact as long as the result is normal. */
function timesPower(x: number, e: number): number {
  for (; e > 0 && x !== 0 && Number.isFinite(x); e--) x *= 2;
  for (; e < 0 && x !== 0; e++) x /= 2;
  return x;
}

/** A [m, n] = L [m, k] Q [k, n], k = min(m, n): QR of the transpose. */
function lqOf(A: Float64Array, m: number, n: number): { L: Float64Array; Q: Float64Array } {
  const k = Math.min(m, n);
  const F: Grid = { data: transposed(A, m, n), at: 0, ld: m };
  const tau = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    tau[j] = reflect(F, n, j, j);
    applyReflector(F, n, j, j, tau[j]!, F, j + 1, m);
  }
  return { L: transposed(formR(F, k, m), k, m), Q: transposed(formQ(F, tau, n, k), n, k) };
}

function transposed(A: Float64Array, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => A[(at % m) * n + Math.floor(at / m)]!);
}

/** A [m, k] B [k, n]. */
function product(A: Float64Array, B: Float64Array, m: number, k: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let p = 0; p < k; p++) sum += A[i * k + p]! * B[p * n + j]!;
    return sum;
  });
}

/** The root of the sum of squares from index r on. */
function tailOf(S: Float64Array, r: number): number {
  let sum = 0;
  for (let k = S.length - 1; k >= r; k--) sum += S[k]! * S[k]!;
  return Math.sqrt(sum);
}

/** The smallest rank >= 1 whose tail is at most delta; all for delta 0, 1 where S is 0. */
function rankOf(S: Float64Array, delta: number): number {
  if (S[0] === 0) return 1;
  let rank = S.length;
  if (delta > 0) while (rank > 1 && tailOf(S, rank - 1) <= delta) rank--;
  return rank;
}
