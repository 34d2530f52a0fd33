/** `rankwise doctor --accuracy`: what it prints, and that it ends with 4 where a factorization is not what was promised. */

import { checkContract } from '../../src/accuracy/contract.ts';
import { withBackend } from '../../src/index.ts';
import { tellAccuracy } from '../../src/cli/accuracy.ts';
import { Exit } from '../../src/cli/command.ts';
import { Output } from '../../src/cli/output.ts';
import { careless } from '../support/careless.ts';
import { cli } from '../support/cli.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('doctor --accuracy');

interface Row {
  readonly quantity: string;
  readonly dtype: string;
  readonly ratio: number;
  readonly limit: number;
  readonly ok: boolean;
}

const facts = { runtime: 'Node 20', platform: 'linux x64', backend: 'careless', seconds: 1 };

function told(json: boolean, result: ReturnType<typeof checkContract>): { code: number; out: string } {
  let out = '';
  const write = (_: string, text: string): void => {
    out += text;
  };
  const code = tellAccuracy(
    new Output({ json, quiet: false, color: false, live: false, width: 80, write }),
    result,
    facts,
  );
  return { code, out };
}

test('prints attained ratios and limits, and ends with 0 where all are kept', async () => {
  const [json, text] = await Promise.all([cli(['doctor', '--accuracy', '--json']), cli(['doctor', '--accuracy'])]);
  assert.is(json.code, 0, json.err);
  const { ok, schema, cases, attained, broken, seconds, runtime } = JSON.parse(json.out);
  assert.equal([ok, schema, broken], [true, 1, []]);
  assert.ok(cases > 1000 && seconds > 0);
  assert.match(runtime, /^(?:Node|Deno|Bun) \d/);
  const rows = attained as Row[];
  for (const dtype of ['f32', 'f64']) {
    for (const quantity of ['qr.resid', 'qr.orth', 'svd.resid', 'svd.orthU', 'svd.values', 'refused']) {
      const row = rows.find((r) => r.dtype === dtype && r.quantity === quantity);
      assert.ok(row !== undefined && row.ok && row.ratio <= row.limit, `${quantity} ${dtype}`);
    }
  }
  assert.ok(
    rows.some(({ ratio }) => ratio > 0.1),
    'roundings are seen',
  );
  assert.is(text.code, 0);
  assert.match(text.out, /^\S+ [\d.]+ on \S+ \S+, backend wasm\nquantity +dtype +worst +limit +attained by\n/);
  assert.match(text.out, /\nsvd\.resid +f64 +\d\.\d\d +10 +\S+ \d+ x \d+ +ok\n/);
  assert.match(
    text.out,
    /\n[\d,]+ factorizations of hard matrices, each within the accuracy contract\. Ratios are in ulp\.\n$/,
  );
});

test('ends with 4 and names the broken promise where a kernel errs', () => {
  const options = { names: ['randn'], sizes: [[10, 16]], only: ['qr', 'svd'] } as const;
  const result = withBackend(careless('gesvd', 1e-13), () => checkContract(options));
  assert.is(result.ok, false);
  const text = told(false, result);
  assert.is(text.code, Exit.target);
  assert.match(text.out, /\nqr\.resid +f64 .* ok\n/);
  assert.match(text.out, /\nsvd\.resid +f64 +[\d.]+ +10 +randn 10 x 16 +above the contract\n/);
  assert.match(text.out, /\nThe accuracy contract is broken: please report this with the output above\.\n$/);
  const json = told(true, result);
  const { ok, broken } = JSON.parse(json.out);
  assert.equal([json.code, ok], [4, false]);
  assert.ok((broken as Row[]).every((row) => row.quantity.startsWith('svd.') && row.ratio > row.limit));
});

test('tells what was thrown', () => {
  const options = { names: ['nanOne', 'eye'], sizes: [[3, 3]], dtypes: ['f64'], only: ['svd'] } as const;
  const result = withBackend(careless('gesvd', 'throws'), () => checkContract(options));
  const { code, out } = told(false, result);
  assert.is(code, Exit.target);
  assert.match(out, /svd\.resid of eye 3 x 3 f64: Error: careless\n/);
});

test.run();
