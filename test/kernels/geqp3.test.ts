import { isPermutation, qrRatios } from '../../src/accuracy/factorRatios.ts';
import { ulpOf } from '../../src/accuracy/matrix.ts';
import { zooMatrix, zooNames } from '../../src/accuracy/zoo.ts';
import type { Real } from '../../src/dtype.ts';
import { geqp3 } from '../../src/kernels/geqp3.ts';
import { MatrixKind, matrixOf } from '../../src/kernels/matrixSamples.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

type Numbers = ArrayLike<number>;

interface Pivoted {
  readonly m: number;
  readonly n: number;
  readonly most: number;
  readonly eps: number;
  readonly dtype: Real;
  readonly A: Numbers;
  readonly Q: Numbers;
  readonly R: Numbers;
  readonly permutation: Numbers;
  readonly rank: number;
}

function frobenius(values: readonly number[]): number {
  const top = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return top === 0 ? 0 : top * Math.sqrt(values.reduce((s, x) => s + (x / top) ** 2, 0));
}

/** Rows and columns from `first` on of A[:, permutation] - Q R, for the first `first` columns of Q. */
function rest({ m, n, A, Q, R, permutation, rank }: Pivoted, first: number): number[] {
  return Array.from({ length: m * n }, (_, p) => {
    const [i, j] = [Math.floor(p / n), p % n];
    let x = A[i * n + permutation[j]!]!;
    for (let l = 0; l < first; l++) x -= Q[i * rank + l]! * R[l * n + j]!;
    return x;
  });
}

/** Throws unless it is a pivoted factorization within the contract that stops where it should. */
function expectPivoted(found: Pivoted, where = ''): void {
  const { m, n, most, eps, dtype, A, permutation, rank } = found;
  assert.ok(rank >= 0 && rank <= most && isPermutation(permutation, n), `${where} rank ${rank} [${permutation}]`);
  const Q = { m, n: rank, values: Array.from(found.Q).slice(0, m * rank) };
  const R = { m: rank, n, values: Array.from(found.R).slice(0, rank * n) };
  // The first columns are factored exactly; of the others what is left must be as small as it was asked for.
  const part = {
    m,
    n: rank,
    values: Array.from({ length: m * rank }, (_, p) => A[Math.floor(p / rank) * n + permutation[p % rank]!]!),
  };
  const square = { m: rank, n: rank, values: R.values.filter((_, p) => p % n < rank) };
  const ratios = qrRatios(part, { Q, R: square }, dtype);
  for (const name in ratios) assert.ok(ratios[name]! <= 5, `${where} ${name} is ${ratios[name]}`);
  const norm = frobenius(Array.from(A));
  const noise = 5 * Math.max(m, n) * ulpOf[dtype] * norm;
  if (rank < most) {
    const left = frobenius(rest(found, rank));
    assert.ok(left <= eps * norm + noise, `${where} ${left} is left of ${norm} at rank ${rank}`);
  }
  const before = rank > 0 ? frobenius(rest(found, rank - 1)) : norm;
  assert.ok(rank === 0 || before >= eps * norm - noise, `${where} ${before} was left of ${norm} before rank ${rank}`);
  for (let j = 1; j < rank; j++) {
    const [last, next] = [R.values[(j - 1) * n + j - 1]!, R.values[j * n + j]!];
    assert.ok(next <= last * (1 + Math.sqrt(ulpOf[dtype])), `${where} pivot ${j} is ${next} behind ${last}`);
  }
}

kernelLaws(geqp3, {
  judge(after, _, sample, type) {
    const { m, n, most, eps } = sample as unknown as Record<string, number>;
    const { A, Q, R, permutation, rank } = after as unknown as Record<string, Float64Array>;
    const numbers = { A: A!, Q: Q!, R: R!, permutation: permutation!, rank: rank![0]! };
    expectPivoted({ m: m!, n: n!, most: most!, eps: eps!, dtype: type as Real, ...numbers });
  },
});

function pivoted(A: Numbers, m: number, n: number, dtype: Real, eps = 0, most: number = Math.min(m, n)): Pivoted {
  const { after } = runKernel(geqp3, dtype, {
    ...{ m, n, most, eps, A: Float64Array.from(A), Q: new Float64Array(m * most), R: new Float64Array(most * n) },
    ...{ permutation: new Int32Array(n), rank: Int32Array.of(-1) },
  });
  const { Q, R, permutation, rank } = after as Record<string, Numbers>;
  return { m, n, most, eps, dtype, A: after.A!, Q: Q!, R: R!, permutation: permutation!, rank: rank![0]! };
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
        for (const eps of [0, 1e-3]) {
          const { values } = zooMatrix(name, m, n, dtype);
          expectPivoted(pivoted(values, m, n, dtype, eps), `${dtype} ${m} x ${n} ${name} ${eps}`);
        }
      }
    }
  }
});

test('the rank of a product of thin matrices is found', () => {
  for (const [m, n, r] of [
    [40, 30, 5],
    [30, 40, 17],
    [100, 8, 3],
  ] as const) {
    const [left, right] = [
      matrixOf(MatrixKind.uniform, m, r, seeded(m)),
      matrixOf(MatrixKind.uniform, r, n, seeded(n)),
    ];
    const A = Float64Array.from({ length: m * n }, (_, p) => {
      let sum = 0;
      for (let l = 0; l < r; l++) sum += left[Math.floor(p / n) * r + l]! * right[l * n + (p % n)]!;
      return sum;
    });
    assert.is(pivoted(A, m, n, 'f64', 1e-12).rank, r);
    assert.is(pivoted(A, m, n, 'f32', 1e-5).rank, r);
    assert.is(pivoted(A, m, n, 'f64', 0, 2).rank, 2);
  }
});

test('the first of equal columns is the pivot, and zero matrices have rank 0', () => {
  assert.equal([...(pivoted([1, 1, 1, 0, 0, 0, 0, 0, 0], 3, 3, 'f64').permutation as Int32Array)], [0, 1, 2]);
  assert.equal([...(pivoted([1, 3, 3, 0, 0, 1, 0, 1, 0], 3, 3, 'f64').permutation as Int32Array)], [1, 2, 0]);
  assert.is(pivoted(new Float64Array(12), 4, 3, 'f64').rank, 0);
  assert.is(pivoted([1, 1, 1, 0, 0, 0, 0, 0, 0], 3, 3, 'f64').rank, 1);
});

test('NaN and Infinity end', () => {
  for (const bad of [Number.NaN, Infinity]) {
    const A = matrixOf(MatrixKind.uniform, 20, 20, seeded(4));
    A[45] = bad;
    const { rank, permutation } = pivoted(A, 20, 20, 'f64');
    assert.ok(rank >= 0 && rank <= 20 && isPermutation(permutation, 20));
  }
});

test.run();
