/** The judge of the singular value kernels. */

import { valuesRatio } from '../../src/accuracy/factorRatios.ts';
import { descent } from '../../src/accuracy/ratios.ts';
import type { Real } from '../../src/dtype.ts';
import { jacobiSvd } from '../../src/kernels/jacobiSvd.ts';
import type { AnySample, Contents } from './kernelcall.ts';
import { expectSvd } from './svdRatios.ts';

/** Each matrix of the batch within the accuracy contract, and S within 5 max(m, n) ulp of the largest of the reference. */
export function judgeSvd(after: Contents, before: Contents, sample: AnySample, type: string): void {
  const { batch, m, n, vectors } = sample as unknown as Record<'batch' | 'm' | 'n' | 'vectors', number>;
  const dtype = type as Real;
  const k = Math.min(m, n);
  const part = (x: Contents, name: string, size: number, t: number) => x[name]!.slice(t * size, (t + 1) * size);
  for (let t = 0; t < batch; t++) {
    const A = part(before, 'A', m * n, t);
    const S = part(after, 'S', k, t);
    const ratio = valuesRatio({ m, n, values: A }, S, jacobiSvd(A, m, n).S, dtype);
    if (!(ratio <= 5)) throw new Error(`S is off by ${ratio} max(m, n) ulp of the largest`);
    if (descent(S, dtype) !== 0) throw new Error('S does not descend, or is negative or -0');
    if (vectors === 0) continue;
    expectSvd(A, { U: part(after, 'U', m * k, t), S, Vt: part(after, 'Vt', k * n, t) }, m, n, dtype);
  }
}
