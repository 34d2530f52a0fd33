/** The accuracy contract: what every factorization keeps to, on every matrix of the zoo, in f32 and f64. */

/** What is promised of one quantity. */
export interface Promised {
  readonly quantity: string;
  /** The contract is broken above it. */
  readonly limit: number;
  /** Worth telling above it: the calibrated attained value lies below. */
  readonly report: number;
  /** As limit and report where more than 64 singular vectors are asked for. */
  readonly many?: { readonly limit: number; readonly report: number };
  readonly means: string;
}

const orthogonal = (quantity: string, means: string): Promised => ({
  ...{ quantity, limit: 20, report: 15, many: { limit: 40, report: 30 }, means },
});
const exactly = (quantity: string, means: string): Promised => ({ quantity, limit: 0, report: 0, means });
const within = (quantity: string, limit: number, report: number, means: string): Promised => ({
  ...{ quantity, limit, report, means },
});

const ofSvd = (name: string): Promised[] => [
  within(`${name}.resid`, 10, 5, '|A - U S Vt|_1 / (|A|_1 max(m, n) ulp)'),
  orthogonal(`${name}.orthU`, '|I - Ut U|_1 / (m ulp)'),
  orthogonal(`${name}.orthV`, '|I - Vt V|_1 / (n ulp)'),
  exactly(`${name}.order`, '0 where S descends and is >= +0'),
  within(`${name}.values`, 5, 2, 'max |s - sigma| / (sigma_1 max(m, n) ulp), where sigma is known'),
  within(`${name}.partial`, 5, 5, 'max |s - s without vectors| / (s_1 min(m, n) ulp)'),
];

/** All quantities, in the order of tables. */
export const contract: readonly Promised[] = [
  within('qr.resid', 10, 5, '|A - Q R|_1 / (|A|_1 m ulp), thin and full'),
  within('qr.orth', 10, 5, '|I - Qt Q|_1 / (m ulp), thin and full'),
  exactly('qr.upper', '0 where R is triangular, its diagonal >= 0'),
  within('lq.resid', 10, 5, '|A - L Q|_inf / (|A|_inf n ulp)'),
  within('lq.orth', 10, 5, '|I - Q Qt|_1 / (n ulp)'),
  exactly('lq.upper', '0 where L is triangular, its diagonal >= 0'),
  within('qrp.resid', 10, 5, '|A P - Q R|_1 / (|A|_1 m ulp), with column pivoting'),
  within('qrp.orth', 10, 5, '|I - Qt Q|_1 / (m ulp)'),
  exactly('qrp.upper', '0 where R is triangular, its diagonal >= 0'),
  within('qrp.order', 10, 5, 'how far the diagonal is from descending, in max(R) min(m, n) ulp'),
  within('qrp.values', 5, 2, 'max |sigma(R) - sigma(A)| / (sigma_1 max(m, n) ulp)'),
  ...ofSvd('svd'),
  ...ofSvd('jacobi'),
  within('eigh.resid', 10, 5, '|A - V W Vt|_1 / (|A|_1 n ulp)'),
  orthogonal('eigh.orth', '|I - Vt V|_1 / (n ulp)'),
  exactly('eigh.order', '0 where W ascends'),
  within('eigh.values', 5, 2, 'max |w - eigenvalue| / (|w|_max n ulp), where they are known'),
  within('eigh.partial', 5, 5, 'max |w - w without vectors| / (|w|_max n ulp)'),
  within('cholesky.resid', 10, 5, '|A - L Lt|_1 / (|A|_1 n ulp)'),
  within('lu.resid', 10, 5, '|P A - L U|_1 / (||L| |U||_1 max(m, n) ulp), not of denorm'),
  exactly('lu.lower', '0 where L is unit triangular, none of it above 1'),
  within('polar.resid', 20, 10, '|A - U P|_1 / (|A|_1 max(m, n) ulp), not of denorm'),
  orthogonal('polar.orth', '|I - Ut U|_1 / (m ulp), or of the rows'),
  exactly('polar.symmetric', '0 where P is symmetric'),
  within('sketch.error', 1.1, 1.05, 'randomized SVD: error / smallest possible, decaying spectra'),
  exactly('sketch.possible', '0 where no error is below the smallest possible'),
  exactly('refused', '0 where NaN and Infinity give a NonFiniteError'),
];

const byQuantity = new Map(contract.map((promised) => [promised.quantity, promised]));

/** More vectors than this may be a little less orthogonal. */
const FEW = 64;

/** The limits of a quantity where `count` vectors are asked for. */
export function limitOf(quantity: string, count: number): { readonly limit: number; readonly report: number } {
  const promised = byQuantity.get(quantity)!;
  return count > FEW && promised.many !== undefined ? promised.many : promised;
}
