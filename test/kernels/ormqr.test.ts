import { ulpOf } from '../../src/accuracy/matrix.ts';
import type { Real } from '../../src/dtype.ts';
import { formQ } from '../../src/kernels/formed.ts';
import { geqrf } from '../../src/kernels/geqrf.ts';
import { MatrixKind, matrixOf } from '../../src/kernels/matrixSamples.ts';
import { ormqr } from '../../src/kernels/ormqr.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

type Numbers = ArrayLike<number>;

/** Largest |y - op(Q) c| in a column over m ulp |c|: the product with an orthogonal matrix keeps that below a few. */
function ratio(
  Q: Numbers,
  m: number,
  columns: number,
  transposed: boolean,
  C: Numbers,
  Y: Numbers,
  dtype: Real,
): number {
  let worst = 0;
  for (let j = 0; j < columns; j++) {
    let [off, size] = [0, 0];
    for (let i = 0; i < m; i++) {
      let sum = -Y[i * columns + j]!;
      for (let p = 0; p < m; p++) sum += Q[transposed ? p * m + i : i * m + p]! * C[p * columns + j]!;
      off += sum * sum;
      size += C[i * columns + j]! ** 2;
    }
    const found = off === 0 ? 0 : Math.sqrt(off) / (m * ulpOf[dtype] * Math.sqrt(size));
    if (!(found <= worst)) worst = found;
  }
  return worst;
}

kernelLaws(ormqr, {
  judge(after, before, sample, type) {
    const { batch, m, n, columns, transposed } = sample as unknown as Record<string, number>;
    const k = Math.min(m!, n!);
    for (let t = 0; t < batch!; t++) {
      const F = { data: Float64Array.from(before.F!.subarray(t * m! * n!, (t + 1) * m! * n!)), at: 0, ld: n! };
      const Q = formQ(F, before.tau!.subarray(t * k, (t + 1) * k), m!, m!);
      const part = (x: Numbers): Numbers => Array.from(x).slice(t * m! * columns!, (t + 1) * m! * columns!);
      const [C, Y] = [part(before.C!), part(after.Y!)];
      const found = ratio(Q, m!, columns!, transposed === 1, C, Y, type as Real);
      assert.ok(found <= 5, `Q C is off by ${found}`);
    }
  },
});

test("Q' takes A to R, and Q takes R back to A", () => {
  const [m, n] = [90, 41];
  for (const dtype of ['f32', 'f64'] as const) {
    const A = matrixOf(MatrixKind.uniform, m, n, seeded(9));
    const empty = (size: number): Float64Array => new Float64Array(size);
    const both = { batch: 1, m, n, A };
    const { F, tau } = runKernel(geqrf, dtype, {
      ...both,
      columns: 0,
      F: empty(m * n),
      tau: empty(n),
      Q: null,
      R: null,
    }).after;
    const { R } = runKernel(geqrf, dtype, { ...both, columns: m, F: null, tau: null, Q: null, R: empty(m * n) }).after;
    const apply = (transposed: number, C: Numbers): Numbers =>
      runKernel(ormqr, dtype, {
        ...{ batch: 1, m, n, columns: n, transposed, C: Float64Array.from(C), Y: empty(m * n) },
        ...{ F: Float64Array.from(F!), tau: Float64Array.from(tau!) },
      }).after.Y!;
    const close = (x: Numbers, y: Numbers): void => {
      for (let p = 0; p < m * n; p++) assert.ok(Math.abs(x[p]! - y[p]!) <= 300 * ulpOf[dtype], `${p}: ${x[p]} ${y[p]}`);
    };
    close(apply(1, A), R!);
    close(apply(0, R!), A);
  }
});

test.run();
