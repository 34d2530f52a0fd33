import { decompositionOf } from '../../src/decompose/all.ts';
import * as cp from '../../src/decompose/cp/index.ts';
import { decompose, decomposeWeight } from '../../src/decompose/decompose.ts';
import * as ht from '../../src/decompose/ht/index.ts';
import * as lowRank from '../../src/decompose/lowRank/index.ts';
import * as tensorRing from '../../src/decompose/tensorRing/index.ts';
import * as tt from '../../src/decompose/tt/index.ts';
import * as ttMatrix from '../../src/decompose/ttMatrix/index.ts';
import * as tucker from '../../src/decompose/tucker/index.ts';
import { RankError, ShapeError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { formatNamed, formats } from '../../src/formats/all.ts';
import { applyWeight } from '../../src/formats/apply.ts';
import { convWeighted } from '../../src/formats/conv.ts';
import type { Axis } from '../../src/formats/format.ts';
import { bondsOf, type Factored, ranksOf } from '../../src/formats/network.ts';
import { pack, unpack } from '../../src/formats/store.ts';
import { add } from '../../src/ops/binary.ts';
import { conv2d } from '../../src/ops/conv.ts';
import { einsum } from '../../src/ops/einsum/einsum.ts';
import { grad } from '../../src/ops/grad.ts';
import { sum, sumSquares } from '../../src/ops/reduce.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { dispose, keep, scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { distance, size } from '../laws/tree.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { noiseOf } from '../support/trains.ts';
import { put } from '../support/tuckers.ts';

const test = suite('decompose');
const names = formats.map(({ name }) => name);
const noise = (shape: readonly number[], seed: number) => put(noiseOf(shape, seed, 'f64'), 'f64');

test('is the decomposition of the format by its name', () => {
  const a = noise([6, 8], 1);
  const own = { lowRank, cp, tucker, tt, ttMatrix, tensorRing, ht };
  assert.equal(Object.keys(own).sort(), names.filter((name) => name !== 'dense').sort());
  for (const [format, { decompose: direct }] of Object.entries(own)) {
    const options = { rank: 2, seed: 3 };
    const [x, y] = [decompose(a, { format, ...options }), direct(a, options)];
    assert.equal(x.net, y.net);
    for (const [name, part] of Object.entries(y.parts)) assert.equal(dataSync(x.parts[name]!), dataSync(part));
    assert.equal(x.report, y.report);
    assert.is(decompositionOf(format), direct);
  }
  const plain = decompose(a, { format: 'dense', eps: 0 });
  assert.equal(dataSync(full(plain)), dataSync(a));
  assert.is(decompose(a, { format: 'tensor-ring', eps: 0.1 }).format, 'tensorRing');
  throws(() => decompose(a, { format: 'star', eps: 0.1 }), RankError, /'star'; choose one of/);
});

const linear: Axis[] = [
  { size: 12, role: 'out' },
  { size: 16, role: 'in' },
];
const kernel: Axis[] = [
  { size: 6, role: 'out' },
  { size: 4, role: 'in' },
  { size: 3, role: 'window' },
  { size: 3, role: 'window' },
];

test('gives layers a weight of the layout that new weights of the format have', () => {
  for (const name of names) {
    for (const axes of [linear, kernel]) {
      const weight = noise(
        axes.map(({ size: n }) => n),
        7,
      );
      const eps = name === 'cp' ? { rank: 12, seed: 1 } : { eps: 1e-10 };
      const x = decomposeWeight(weight, axes, { format: name, ...eps });
      const layout = formatNamed(name).layout(axes);
      assert.equal(x.net, layout.net);
      assert.equal(x.axes, layout.axes);
      assert.equal(x.shape, weight.shape);
      const off = distance(full(x), weight) / size(weight);
      assert.ok(Math.abs(off - x.report.error) < 1e-12, `${name}: ${off} told as ${x.report.error}`);
      if (name !== 'cp') assert.ok(off <= 1e-10, `${name}: ${off}`);
      const back = unpack(pack({ w: x })) as unknown as { w: Factored };
      assert.equal(dataSync(full(back.w)), dataSync(full(x)));
    }
  }
});

test('works in layers as the weight does', () => {
  for (const name of names) {
    const matrix = noise([12, 16], 2);
    const w = decomposeWeight(matrix, linear, { format: name, rank: 4 });
    const input = noise([5, 16], 3);
    const product = applyWeight(w, input, { weight: ['o', 'i'], input: ['b', 'i'], out: ['b', 'o'] });
    assert.ok(distance(product, einsum('oi,bi->bo', full(w), input)) < 1e-12 * size(product));
    const window = noise([6, 4, 3, 3], 4);
    const k = decomposeWeight(window, kernel, { format: name, rank: 3 });
    const image = noise([2, 4, 7, 6], 5);
    const convolved = convWeighted(k, image, { padding: 1 });
    assert.ok(distance(convolved, conv2d(image, full(k), { padding: 1 })) < 1e-12 * size(convolved));
  }
});

test('takes ranks as layers name them: caps of parameters, fractions, one number', () => {
  for (const name of names.filter((format) => format !== 'dense')) {
    const weight = noise([12, 16], 2);
    const quarter = decomposeWeight(weight, linear, { format: name, rank: 0.5 });
    assert.ok(quarter.count <= 0.5 * 192, `${name} stores ${quarter.count}`);
    const capped = decomposeWeight(weight, linear, { format: name, rank: { maxParams: 80 } });
    assert.ok(capped.count <= 80, `${name} stores ${capped.count}`);
    const folded = decomposeWeight(weight, linear, {
      format: name,
      rank: 2,
      fold: [
        [3, 4],
        [4, 4],
      ],
    });
    assert.equal(folded.shape, [12, 16]);
    for (const r of Object.values(ranksOf(folded))) assert.ok(r <= 2);
    if (name !== 'lowRank') assert.is(folded.net.open.length, 4);
    assert.ok(bondsOf(folded.net).length > 0);
  }
  throws(
    () => decomposeWeight(noise([3, 4], 1), linear, { format: 'tt', rank: 2 }),
    ShapeError,
    /\[12, 16\]; got \[3, 4\]/,
  );
});

test('leaves its operand as it was, wherever that lies, and takes views', () => {
  const plain = noise([6, 8], 9);
  const before = dataSync(plain);
  const turned = transpose(noise([8, 6], 9));
  const dense = put({ shape: [6, 8], values: Float64Array.from(dataSync(turned)) }, 'f64');
  for (const format of names) {
    for (const options of [{ rank: 3 }, { rank: 3, method: 'hooi' }, { rank: 3, method: 'als' }]) {
      const methods: Readonly<Record<string, string>> = { hooi: 'tucker', als: 'tensorRing' };
      if (options.method !== undefined && methods[options.method] !== format) continue;
      leakFree(wasmBackend(), () =>
        scope(() => {
          const kept = keep(put({ shape: [6, 8], values: Float64Array.from(before) }, 'f64'));
          const x = decompose(kept, { format, ...options });
          assert.equal(dataSync(kept), before);
          assert.ok(dataSync(full(x)).length === 48);
          dispose(kept);
        }),
      );
      const [x, y] = [turned, dense].map((a) => decompose(a, { format, ...options }));
      for (const [name, part] of Object.entries(y!.parts)) assert.equal(dataSync(x!.parts[name]!), dataSync(part));
    }
  }
});

test('is a constant to gradients', () => {
  const a = noise([4, 5], 3);
  for (const format of names.filter((name) => name !== 'dense')) {
    const g = grad<Tensor>((x) => add(sumSquares(full(decompose(x, { format, rank: 2 }))), sum(x)))(a);
    assert.ok(dataSync(g).every((v) => v === 1));
  }
});

test('callers without types are told what is missing', () => {
  const a = noise([6, 8], 1);
  const x = tt.decompose(a, { eps: 1e-3 });
  const nothing = undefined as never;
  for (const { decompose } of [tt, ttMatrix, tucker, tensorRing, ht, lowRank]) {
    throws(() => decompose(a, nothing), RankError, /got neither/);
    throws(() => decompose(a, { eps: '0.1' as unknown as number }), RankError, /eps is a relative error/);
  }
  for (const round of [tt.round, tt.randomRound, tucker.round]) throws(() => round(x, nothing), RankError, /got none/);
  for (const f of [tt.add, tt.dot]) {
    throws(() => f(a as unknown as Factored, x), ShapeError, /a dense tensor \[6, 8\]; make one with tt\.decompose/);
  }
});

test.run();
