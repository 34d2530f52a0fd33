import { zooMatrix } from '../../src/accuracy/zoo.ts';
import { realDtypes } from '../../src/dtype.ts';
import { svd, tensor, withBackend } from '../../src/index.ts';
import { gesvd } from '../../src/kernels/gesvd.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { wasmBackend } from '../support/backends.ts';
import { seeded } from '../support/random.ts';
import { judgeSvd } from '../support/svdJudge.ts';
import { expectSvd } from '../support/svdRatios.ts';
import { suite } from '../support/test.ts';

kernelLaws(gesvd, { judge: judgeSvd });

const test = suite('kernel gesvd, spectra');
const wasm = wasmBackend();

test('comes to an end within the contract on repeated, clustered, graded and broken spectra', () => {
  const names = ['mode2', 'repeated', 'cluster', 'twoCluster', 'golubKahanBidiag', 'hugeTiny', 'zeroCols', 'denorm'];
  for (const name of names) {
    for (const dtype of realDtypes) {
      for (const [m, n] of [
        [2, 2],
        [3, 3],
        [10, 16],
        [30, 30],
        [100, 20],
      ] as const) {
        const { values } = zooMatrix(name, m, n, dtype);
        const a = tensor(Float64Array.from(values), [m, n], dtype);
        const [U, S, Vt] = withBackend(wasm, () => Object.values(svd(a)).map((x) => dataSync(x)));
        expectSvd(dataSync(a), { U: U!, S: S!, Vt: Vt! }, m, n, dtype);
      }
    }
  }
});

/** The bidiagonal matrix itself is what the iteration sees. */
function expectBidiagonal(d: readonly number[], e: readonly number[]): void {
  const n = d.length;
  const values = new Float64Array(n * n);
  d.forEach((x, k) => (values[k * n + k] = x));
  e.forEach((x, k) => (values[k * n + k + 1] = x));
  const [U, S, Vt] = withBackend(wasm, () => Object.values(svd(tensor(values, [n, n]))).map((x) => dataSync(x)));
  expectSvd(values, { U: U!, S: S!, Vt: Vt! }, n, n, 'f64');
}

test('splits bidiagonal matrices with zeros anywhere on the diagonal', () => {
  for (let bits = 0; bits < 64; bits++) {
    expectBidiagonal(
      Array.from({ length: 6 }, (_, k) => (bits >> k) & 1),
      new Array<number>(5).fill(1),
    );
  }
});

test('bears bidiagonal matrices with entries of all sizes', () => {
  const random = seeded(3);
  const any = (): number => random() * 10 ** (-150 * (1 + random()) ** (1 + 2 * Math.abs(random())));
  for (let run = 0; run < 300; run++) {
    const n = 2 + (run % 9);
    const [d, e] = [n, n - 1].map((length) =>
      Array.from({ length }, () => (Math.abs(random()) < 0.4 ? random() : any())),
    );
    expectBidiagonal(d!, e!);
  }
});

test.run();
