/** Judges of the singular value kernels. */

import type { Real } from '../../src/dtype.ts';
import { jacobiSvd } from '../../src/kernels/jacobiSvd.ts';
import type { AnySample, Contents } from './kernelcall.ts';
import { expectOrdered, expectSvd, ULP } from './svdRatios.ts';

/** Each matrix of the batch within the accuracy contract, and S within 5 max(m, n) ulp of the largest of it. */
export function judgeSvd(after: Contents, before: Contents, sample: AnySample, type: string): void {
  const { batch, m, n, vectors } = sample as unknown as Record<string, number>;
  const dtype = type as Real;
  const k = Math.min(m!, n!);
  const part = (x: Contents, name: string, size: number, t: number) => x[name]!.slice(t * size, (t + 1) * size);
  for (let t = 0; t < batch!; t++) {
    const A = part(before, 'A', m! * n!, t);
    const S = part(after, 'S', k, t);
    expectOrdered(S);
    const want = jacobiSvd(A, m!, n!).S;
    for (let i = 0; i < k; i++) {
      const most = 5 * Math.max(m!, n!) * ULP[dtype] * want[0]! + (dtype === 'f32' ? 2 ** -148 : 0);
      if (!(Math.abs(S[i]! - want[i]!) <= most)) throw new Error(`S[${i}] is ${S[i]}, expected ${want[i]}`);
    }
    if (vectors! === 0) continue;
    const [U, Vt] = [part(after, 'U', m! * k, t), part(after, 'Vt', k * n!, t)];
    expectSvd(A, { U, S, Vt }, m!, n!, dtype);
  }
}
