/** Automatic rank determination: ranks found in four formats, beside fixed ranks and narrow networks of equal size. */

import type { Row, RowRun } from './row.ts';

/** Epochs of runs that find ranks: two without the prior, ten of warm-up, and twelve to settle. */
const EPOCHS = 24;

const on = (data: string, epochs: number): readonly string[] => [
  ...['--data', data, '--model', 'mlp', '--widths', '512', '--epochs', String(epochs), '--batch', '128'],
  ...['--optimizer', 'adam', '--lr', '0.001', '--schedule', 'constant'],
];

const pairs = ['--fold', 'fc1=4x4x8x4,4x7x4x7;classifier=2x5,16x32'];
const modes = ['--fold', 'fc1=16x32,28x28;classifier=10,16x32'];

/** Folds of Hawkins, Liu and Zhang 2022, section 5; the classifier is low-rank like the layer before it. */
const formats: Readonly<Record<string, readonly string[]>> = {
  ttMatrix: ['--classifier', 'format', '--format', 'ttMatrix', ...pairs],
  tt: ['--classifier', 'format', '--format', 'tt', ...modes],
  tucker: ['--classifier', 'format', '--format', 'tucker', ...modes],
  cp: ['--classifier', 'format', '--format', 'cp', ...modes],
};

/** First ranks, and weights of the prior found good on a tenth of the training set of MNIST. */
const found: Readonly<Record<string, { readonly rank: number; readonly weight: number }>> = {
  ttMatrix: { rank: 20, weight: 5e-5 },
  tt: { rank: 20, weight: 1e-5 },
  tucker: { rank: 20, weight: 2e-4 },
  cp: { rank: 50, weight: 5e-5 },
};

const finds = (
  data: string,
  format: string,
  seeds: number,
  label = '',
  more = '',
  weight = found[format]!.weight,
): RowRun => {
  const { rank } = found[format]!;
  const own = `delay=2,warmup=10,pruneFrom=8,weight=${weight}${more}`;
  return {
    label: `${data} mlp-512 bayes ${format}${label}`,
    args: [...on(data, EPOCHS), ...formats[format]!, '--rank', String(rank), '--method', 'bayes', '--with', own],
    seeds,
  };
};

/** Controls, at no fewer parameters than the ranks that are found. */
const BUDGET = 4000;

const controls = (data: string, seeds: number): RowRun[] => [
  { label: `${data} mlp-512 dense`, args: [...on(data, EPOCHS), '--method', 'dense'], seeds },
  {
    label: `${data} mlp-512 narrow ${BUDGET}`,
    args: [...on(data, EPOCHS), '--method', 'narrow', '--budget', String(BUDGET)],
    seeds,
  },
  {
    label: `${data} mlp-512 fixed ttMatrix ${BUDGET}`,
    args: [...on(data, EPOCHS), ...formats.ttMatrix!, '--method', 'descent', '--budget', String(BUDGET)],
    seeds,
  },
];

/** Parameters of the dense network, and how much smaller the points of the curve are. */
const DENSE = 407_050;
const SMALLER: readonly number[] = [2, 5, 10, 20, 50, 100, 200, 300];
/** Few epochs each: the curve compares formats, not the last tenth of a point. */
const CURVE_EPOCHS = 6;

const curve: readonly RowRun[] = SMALLER.flatMap((factor) => {
  const budget = ['--budget', String(Math.floor(DENSE / factor))];
  const point = (name: string, ...args: readonly string[]): RowRun => ({
    label: `mnist mlp-512 curve ${name} ${factor}x`,
    args: [...on('mnist', CURVE_EPOCHS), ...args, ...budget],
    seeds: 1,
  });
  return [
    point('narrow', '--method', 'narrow'),
    ...Object.entries(formats).map(([format, args]) => point(format, ...args, '--method', 'descent')),
  ];
});

export const bayes: Row = {
  name: 'bayes',
  script: 'bayesCut',
  claim:
    'A TT-matrix network 784-512-10 finds its ranks and keeps at least 95.5 % on MNIST at 100x or more, 5 points above a ' +
    'narrow network of as many parameters; three other formats and Fashion-MNIST beside it; accuracy against parameters.',
  runs: [
    ...Object.keys(formats).map((format) => finds('mnist', format, 3)),
    // One over the number of examples: the weight at which the divergence and the likelihood make a posterior.
    finds('mnist', 'ttMatrix', 3, ' sampled', ',inference=sampled', 1.7e-5),
    finds('mnist', 'ttMatrix', 1, ' unbalanced', ',balance=false'),
    finds('mnist', 'ttMatrix', 1, ' half-Cauchy', ',prior=halfCauchy,eta=0.1'),
    finds('mnist', 'ttMatrix', 1, ' inverse gamma', ',prior=inverseGamma,alpha=1,beta=0.00001'),
    ...controls('mnist', 3),
    finds('fashion', 'ttMatrix', 3),
    ...['tt', 'tucker', 'cp'].map((format) => finds('fashion', format, 1)),
    ...controls('fashion', 1),
    ...curve,
  ],
};
