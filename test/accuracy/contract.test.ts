/** A part of the accuracy contract that takes seconds, all of it being `npm run test:zoo`; and that it can be broken. */

import { type ContractCase, checkContract, closest, quickSizes } from '../../src/accuracy/contract.ts';
import { factorizations } from '../../src/accuracy/factorizations.ts';
import { contract, limitOf } from '../../src/accuracy/limits.ts';
import { zooNames } from '../../src/accuracy/zoo.ts';
import { FormatError } from '../../src/errors.ts';
import { backend, withBackend } from '../../src/index.ts';
import { careless } from '../support/careless.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('accuracy contract');

test('holds on small matrices of every type', () => {
  const seen = new Set<string>();
  const result = checkContract({
    sizes: quickSizes,
    onCase: ({ factorization, type, dtype }) => seen.add(`${factorization} ${type} ${dtype}`),
  });
  const broken = result.attained.filter(({ ok }) => !ok);
  assert.is(broken.length, 0, broken.map((row) => JSON.stringify(row)).join('\n'));
  assert.ok(result.ok && result.cases >= seen.size);
  for (const { name } of factorizations) {
    const type = name === 'sketch' ? 'mode3' : 'randn';
    assert.ok(seen.has(`${name} ${type} f32`) && seen.has(`${name} ${type} f64`), name);
  }
  const attained = new Set(result.attained.map(({ quantity }) => quantity));
  for (const { quantity } of contract) assert.ok(attained.has(quantity), `${quantity} was measured`);
  for (const row of result.attained) {
    if (row.ratio <= row.report) continue;
    process.stdout.write(`${row.quantity} of ${row.type} ${row.m} x ${row.n} ${row.dtype}: ${row.ratio.toFixed(2)}\n`);
  }
});

test('holds on larger matrices of the worst types', () => {
  const { attained, ok } = checkContract({
    names: ['cluster', 'mode4', 'grcar'],
    sizes: [
      [100, 20],
      [64, 64],
    ],
  });
  assert.ok(
    ok,
    attained
      .filter((row) => !row.ok)
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
});

test('every zoo type is looked at, and those that are not finite are refused', () => {
  const cases: ContractCase[] = [];
  checkContract({
    sizes: [
      [0, 3],
      [1, 1],
      [5, 5],
    ],
    dtypes: ['f64'],
    only: ['qr'],
    onCase: (done) => cases.push(done),
  });
  assert.equal(new Set(cases.map(({ type }) => type)), new Set(zooNames.filter((name) => name !== 'lauchli')));
  for (const { type, ratios } of cases) {
    const bad = type === 'nanOne' || type === 'infOne';
    assert.equal(Object.keys(ratios), bad ? ['refused'] : ['qr.resid', 'qr.orth', 'qr.upper'], type);
  }
});

test('every promise can be broken: a kernel that errs is told by quantity', () => {
  const options = { names: ['randn', 'mode3'], sizes: [[10, 10]], dtypes: ['f64'] } as const;
  assert.ok(checkContract(options).ok);
  for (const [kernel, error, quantities] of [
    ['geqrf', 1e-12, ['qr.resid', 'qr.orth', 'lq.resid', 'lq.orth']],
    ['gesvd', 1e-12, ['svd.resid', 'svd.orthU', 'svd.orthV', 'svd.values', 'polar.resid', 'polar.orth']],
    ['gesvd', -0.9, ['sketch.error', 'svd.order']],
    ['gesvj', 1e-12, ['jacobi.resid', 'jacobi.orthU', 'jacobi.orthV', 'jacobi.values']],
    ['geqp3', 1e-12, ['qrp.resid', 'qrp.orth', 'qrp.values']],
    ['geqp3', -0.9, ['qrp.order']],
    ['syevd', 1e-12, ['eigh.resid', 'eigh.orth', 'eigh.values']],
    ['potrf', 1e-12, ['cholesky.resid']],
    ['getrf', 1e-12, ['lu.resid']],
  ] as const) {
    const { attained, ok } = withBackend(careless(kernel, error), () => checkContract(options));
    assert.is(ok, false);
    const broken = new Set(attained.filter((row) => !row.ok).map(({ quantity }) => quantity));
    for (const quantity of quantities) assert.ok(broken.has(quantity), `${quantity} by ${kernel}: ${[...broken]}`);
  }
});

test('limits: more vectors may be less orthogonal; closest() keeps one row a quantity and dtype', () => {
  assert.equal([limitOf('svd.orthU', 64).limit, limitOf('svd.orthU', 65).limit], [20, 40]);
  assert.equal([limitOf('qr.orth', 65).limit, limitOf('svd.order', 3).limit], [10, 0]);
  const { attained } = checkContract({ names: ['randn', 'grcar'], sizes: [[3, 3]], only: ['svd'] });
  const rows = closest(attained);
  assert.is(rows.length, 2 * 5);
  const resid = attained.filter(({ quantity, dtype }) => quantity === 'svd.resid' && dtype === 'f64');
  assert.is(
    rows.find((r) => r.quantity === 'svd.resid' && r.dtype === 'f64')!.ratio,
    Math.max(...resid.map((r) => r.ratio)),
  );
});

test('unknown names are refused, and memory is left as it was', () => {
  for (const options of [{ names: ['dodo'] }, { only: ['dodo'] }]) {
    assert.throws(
      () => checkContract(options),
      (e: unknown) => e instanceof FormatError && /'dodo'/.test(e.message),
    );
  }
  const before = backend().stats().live;
  checkContract({ names: ['randn', 'nanOne'], sizes: [[5, 5]] });
  assert.is(backend().stats().live, before);
});

test.run();
