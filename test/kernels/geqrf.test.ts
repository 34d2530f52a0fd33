import { type Ratios, qrRatios } from '../../src/accuracy/factorRatios.ts';
import { zooMatrix, zooNames } from '../../src/accuracy/zoo.ts';
import type { Real } from '../../src/dtype.ts';
import { geqrf } from '../../src/kernels/geqrf.ts';
import { applyReflector, type Grid } from '../../src/kernels/householder.ts';
import { MatrixKind, matrixOf } from '../../src/kernels/matrixSamples.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

type Numbers = ArrayLike<number>;

/** H_0 ... H_{k-1} and R, from what LAPACK's form holds of them; signs such that the diagonal of R is >= 0. */
function unpacked(m: number, n: number, F: Numbers, tau: Numbers): { Q: Float64Array; R: Float64Array } {
  const V: Grid = { data: Float64Array.from(F), at: 0, ld: n };
  const Q: Grid = { data: new Float64Array(m * m), at: 0, ld: m };
  const R = new Float64Array(m * n);
  for (let j = 0; j < m; j++) Q.data[j * m + j] = 1;
  for (let j = Math.min(m, n) - 1; j >= 0; j--) applyReflector(V, m, j, j, tau[j]!, Q, 0, m);
  for (let i = 0; i < m; i++) {
    const sign = i < n && F[i * n + i]! < 0 ? -1 : 1;
    for (let p = 0; p < m; p++) Q.data[p * m + i] = sign * Q.data[p * m + i]!;
    for (let j = i; j < n; j++) R[i * n + j] = sign * F[i * n + j]!;
  }
  return { Q: Q.data, R };
}

interface Judged {
  readonly m: number;
  readonly n: number;
  /** Columns of Q and rows of R. */
  readonly columns: number;
  readonly A: Numbers;
  readonly Q: Numbers;
  readonly R: Numbers;
  readonly dtype: Real;
}

/** Throws unless Q R is a QR factorization of A whose ratios are at most `limit`. */
function expectQr({ m, n, columns, A, Q, R, dtype }: Judged, limit: number, where = ''): void {
  const factors = { Q: { m, n: columns, values: Q }, R: { m: columns, n, values: R } };
  const ratios: Ratios = qrRatios({ m, n, values: A }, factors, dtype);
  for (const name in ratios) assert.ok(ratios[name]! <= limit, `${where} ${name} is ${ratios[name]}`);
}

kernelLaws(geqrf, {
  judge(after, _, sample, type) {
    const [dtype, { batch, m, n, columns }] = [type as Real, sample as unknown as Record<string, number>];
    const k = Math.min(m!, n!);
    for (let t = 0; t < batch!; t++) {
      const part = (name: string, size: number): Numbers => after[name]!.subarray(t * size, (t + 1) * size);
      const own = { m: m!, n: n!, A: part('A', m! * n!), dtype };
      if (after.Q) {
        const [Q, R] = [part('Q', m! * columns!), part('R', columns! * n!)];
        expectQr({ ...own, columns: columns!, Q, R }, 10);
      } else {
        expectQr({ ...own, columns: m!, ...unpacked(m!, n!, part('F', m! * n!), part('tau', k)) }, 10);
      }
    }
  },
});

/** The thin factorization of one matrix by the compiled kernel. */
function thin(A: ArrayLike<number>, m: number, n: number, dtype: Real): Judged {
  const columns = Math.min(m, n);
  const [Q, R] = [new Float64Array(m * columns), new Float64Array(columns * n)];
  const call = { batch: 1, m, n, columns, A: Float64Array.from(A), F: null, tau: null, Q, R };
  const { after } = runKernel(geqrf, dtype, call);
  return { m, n, columns, A: after.A!, Q: after.Q!, R: after.R!, dtype };
}

test('the zoo is factored within half of the accuracy contract', () => {
  for (const dtype of ['f32', 'f64'] as const) {
    for (const name of zooNames.filter((name) => !['nanOne', 'infOne'].includes(name))) {
      for (const [m, n] of [
        [3, 3],
        [16, 10],
        [17, 33],
        [70, 40],
      ] as const) {
        expectQr(thin(zooMatrix(name, m, n, dtype).values, m, n, dtype), 5, `${dtype} ${m} x ${n} ${name}`);
      }
    }
  }
});

test('so are matrices of few bits at the ends of the range', () => {
  const scales = {
    f32: [2 ** -149, 2 ** -140, 2 ** -126, 2 ** 112],
    f64: [2 ** -1074, 2 ** -1060, 2 ** -1022, 2 ** 1008],
  };
  for (const dtype of ['f32', 'f64'] as const) {
    for (const scale of scales[dtype]) {
      for (const [m, n] of [
        [1, 1],
        [2, 3],
        [3, 2],
        [40, 33],
        [33, 40],
      ] as const) {
        for (const kind of [MatrixKind.uniform, MatrixKind.ones, MatrixKind.low, MatrixKind.gaps]) {
          const A = matrixOf(kind, m, n, seeded(m + 7 * n)).map((x) => Math.round(x * 64) * scale);
          expectQr(thin(A, m, n, dtype), 5, `${dtype} ${m} x ${n} kind ${kind} times ${scale}`);
        }
      }
    }
  }
});

test('columns of unlike sizes, far beyond the range of squares, leave Q orthogonal', () => {
  const [m, n] = [40, 17];
  for (const [dtype, step] of [
    ['f32', 2 ** -14],
    ['f64', 2 ** -120],
  ] as const) {
    for (const order of [1, -1]) {
      const sizes = Array.from({ length: n }, (_, j) => step ** (order === 1 ? j : n - 1 - j));
      const random = seeded(5);
      const A = Float64Array.from({ length: m * n }, (_, p) => random() * sizes[p % n]!);
      expectQr(thin(A, m, n, dtype), 5, `${dtype} ${order}`);
    }
  }
});

test('without Q and R, F may be A', () => {
  const [m, n] = [50, 40];
  const A = matrixOf(MatrixKind.uniform, m, n, seeded(3));
  const call = { batch: 1, m, n, columns: 0, A, tau: new Float64Array(n), Q: null, R: null };
  const apart = runKernel(geqrf, 'f64', { ...call, F: new Float64Array(m * n) }).after;
  const inside = runKernel(geqrf, 'f64', { ...call, F: A }).after;
  assert.equal([...inside.F!], [...apart.F!]);
  assert.equal([...inside.tau!], [...apart.tau!]);
});

test('NaN and Infinity end, and stay in their matrix', () => {
  const [m, n] = [20, 20];
  for (const bad of [Number.NaN, Infinity]) {
    const A = matrixOf(MatrixKind.uniform, 2 * m, n, seeded(4));
    A[45] = bad;
    const [Q, R] = [new Float64Array(2 * m * n), new Float64Array(2 * n * n)];
    const { after } = runKernel(geqrf, 'f64', { batch: 2, m, n, columns: n, A, F: null, tau: null, Q, R });
    assert.ok(after.R!.subarray(0, n * n).some(Number.isNaN));
    const rest = (name: string): Numbers => after[name]!.subarray(m * n);
    expectQr({ m, n, columns: n, A: rest('A'), Q: rest('Q'), R: rest('R'), dtype: 'f64' }, 10);
  }
});

test.run();
