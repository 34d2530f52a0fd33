/** One side of linalg.bench.ts: ml-matrix, as its documentation factorizes a matrix. `svd|qr N` */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(process.cwd(), 'package.json'));
const { Matrix, QrDecomposition, SingularValueDecomposition } = require('ml-matrix');
const [what, size] = process.argv.slice(2);
const n = Number(size);
/** The same uniform numbers on both sides (xorshift32, Marsaglia 2003). */
let state = 2463534242;
const values = Float64Array.from({ length: n * n }, () => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state / 2 ** 31;
});
const a = Matrix.from1DArray(n, n, values);
/** Both sides end with the same factors: U, S and V, or Q and R. */
const factorize = {
  svd() {
    const { leftSingularVectors, diagonal, rightSingularVectors } = new SingularValueDecomposition(a);
    return [leftSingularVectors, diagonal, rightSingularVectors];
  },
  qr() {
    const { orthogonalMatrix, upperTriangularMatrix } = new QrDecomposition(a);
    return [orthogonalMatrix, upperTriangularMatrix];
  },
}[what];
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now();
  for (let k = 0; k < Number(line); k++) factorize();
  process.stdout.write(`${performance.now() - began}\n`);
}
