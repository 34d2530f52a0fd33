/** Uses the package as a program does that installed it. The answer is the same however and wherever it was loaded. */

module.exports = (rankwise, host, linalg) => {
  const { tensor, einsum, grad, mul, sum, toArray } = rankwise;
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  return JSON.stringify({
    product: toArray(einsum('ij,jk->ik', x, x)),
    gradient: toArray(grad((w) => sum(mul(w, mul(w, w))))(x)),
    names: Object.keys(rankwise).sort().join(' '),
    host: Object.keys(host).sort().join(' '),
    linalg: Object.keys(linalg).sort().join(' '),
    solution: linalg.solve(
      [
        [0, 2],
        [4, 0],
      ],
      [2, 8],
    ),
    spectrum: [...linalg.svd(linalg.matrix(Float64Array.of(3, 0, 0, -4), 2, 2)).S],
  });
};
