import type { DataArray, Real } from '../../src/dtype.ts';
import { getrf } from '../../src/kernels/getrf.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectLu } from '../support/symmetricRatios.ts';

kernelLaws(getrf, {
  judge(after, before, sample, dtype) {
    const { batch, m, n } = sample as unknown as { batch: number; m: number; n: number };
    for (let t = 0; t < batch; t++) {
      const part = (x: DataArray, size: number): DataArray => x.subarray(t * size, (t + 1) * size);
      const F = part(after.F!, m * n);
      const P = part(after.P!, m);
      expectLu({ m, n, values: part(before.A!, m * n) }, F, P, dtype as Real);
      if (after.D !== undefined) expectDeterminant(part(after.D, 2), F, P, n);
    }
  },
});

/** Mantissa and exponent against the product of the diagonal, one by one. */
function expectDeterminant([mantissa, exponent]: DataArray, F: DataArray, P: DataArray, n: number): void {
  let [m, e] = [signOf(P), 0];
  for (let i = 0; i < n; i++) {
    m *= F[i * (n + 1)]!;
    while (Math.abs(m) >= 2) [m, e] = [m / 2, e + 1];
    while (m !== 0 && Math.abs(m) < 1) [m, e] = [m * 2, e - 1];
  }
  if (m === 0) e = 0;
  if (Math.abs(mantissa! - m) > 1e-12 || exponent !== e) {
    throw new Error(`the determinant is ${mantissa} 2^${exponent}, expected ${m} 2^${e}`);
  }
}

/** -1 to the number of exchanges. */
function signOf(P: DataArray): number {
  let sign = 1;
  for (let i = 0; i < P.length; i++) for (let j = 0; j < i; j++) if (P[j]! > P[i]!) sign = -sign;
  return sign;
}
