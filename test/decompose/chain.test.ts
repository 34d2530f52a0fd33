/** The interpolating form that cross approximations keep: what its index sets and triangles promise. */

import fc from 'fast-check';
import { type Chain, chainOf, type Core, product, turn } from '../../src/decompose/tt/chain.ts';
import { sweepFixed } from '../../src/decompose/tt/crossFixed.ts';
import { halfDmrg } from '../../src/decompose/tt/crossDmrg.ts';
import { Sampler } from '../../src/decompose/tt/sampler.ts';
import { key } from '../../src/random.ts';
import { seeded } from '../support/random.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('chain');

function drawn(sizes: readonly number[], rank: number, seed: number): Core[] {
  const random = seeded(seed);
  return sizes.map((n, p) => {
    const [r, s] = [p === 0 ? 1 : rank, p === sizes.length - 1 ? 1 : rank];
    return { r, n, s, data: Float64Array.from({ length: r * n * s }, random) };
  });
}

/** The cores from p on, merged: [r, n_p ... n_{d-1}]. */
function behind(cores: readonly Core[], p: number): Float64Array {
  let merged: Float64Array = Float64Array.of(1);
  for (let k = cores.length - 1; k >= p; k--) {
    const { r, n, s, data } = cores[k]!;
    merged = product(data, merged, r * n, s, merged.length / s);
  }
  return merged;
}

/** What a chain promises of the cores behind its centre. */
function checkBehind(chain: Chain): void {
  const d = chain.cores.length;
  for (let p = 1; p < d; p++) {
    const B = behind(chain.cores, p);
    const { count, width, data } = chain.right[p]!;
    const columns = B.length / count;
    assert.is(chain.cores[p]!.r, count);
    for (let k = 0; k < count; k++) {
      // The identity at the indices of the set.
      let place = 0;
      for (let j = 0; j < width; j++) place = place * chain.sizes[p + j]! + data[k * width + j]!;
      for (let a = 0; a < count; a++) {
        assert.ok(Math.abs(B[a * columns + place]! - (a === k ? 1 : 0)) < 1e-12, `set ${p}`);
      }
    }
    // The Gram matrix is that of the triangle, up to a power of four.
    const W = chain.rightWeights[p]!;
    const dot = (x: Float64Array, a: number, b: number, n: number, by: number): number => {
      let sum = 0;
      for (let c = 0; c < n; c++) sum += x[a * (by === 1 ? n : 1) + c * by]! * x[b * (by === 1 ? n : 1) + c * by]!;
      return sum;
    };
    const unit = dot(B, 0, 0, columns, 1) / dot(W, 0, 0, count, count);
    assert.is(Math.abs(Math.log2(unit) / 2 - Math.round(Math.log2(unit) / 2)) < 1e-9, true, `power ${unit}`);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        const [gram, want] = [dot(B, a, b, columns, 1), unit * dot(W, a, b, count, count)];
        assert.ok(Math.abs(gram - want) < 1e-10 * columns, `Gram matrix ${p}: ${gram} for ${want}`);
      }
    }
  }
}

const problem = fc.tuple(
  fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 2, maxLength: 5 }),
  fc.integer({ min: 1, max: 2 }),
  fc.integer(),
);

test('interpolates at its index sets and knows its Gram matrices', () => {
  holds(
    40,
    fc.property(problem, ([sizes, rank, seed]) => {
      const cores = drawn(sizes, rank, seed);
      const chain = chainOf(cores);
      checkBehind(chain);
      // Nothing is lost on the way.
      const [found, want] = [behind(chain.cores, 0), behind(cores, 0)];
      want.forEach((x, k) => {
        assert.ok(Math.abs(found[k]! - x) < 1e-11);
      });
    }),
  );
});

test('keeps its promises through sweeps of both kinds', () => {
  holds(
    40,
    fc.property(problem, fc.boolean(), ([sizes, rank, seed], isFixed) => {
      const wanted = behind(drawn(sizes, 2, seed + 1), 0);
      const f = (...index: number[]): number => wanted[index.reduce((place, i, k) => place * sizes[k]! + i, 0)]!;
      const sampler = new Sampler(
        f,
        sizes,
        sizes.map((_, k) => [k]),
      );
      const chain = chainOf(drawn(sizes, rank, seed));
      const caps = new Array<number>(sizes.length + 1).fill(4);
      if (isFixed) sweepFixed(chain, sampler, () => {});
      else for (let k = 0; k < 3; k++) halfDmrg(chain, sampler, { eps: 1e-12, kick: 1, caps, key: key(k) }, () => {});
      checkBehind(chain);
      if (chain.isReversed) turn(chain);
      if (isFixed) return;
      const found = behind(chain.cores, 0);
      wanted.forEach((x, k) => {
        assert.ok(Math.abs(found[k]! - x) < 1e-9, `${found[k]} for ${x}`);
      });
    }),
  );
});

test('turns around and back', () => {
  const chain = chainOf(drawn([2, 3, 4], 2, 5));
  const before = JSON.stringify(chain);
  turn(chain);
  assert.equal(chain.sizes, [4, 3, 2]);
  assert.is(chain.isReversed, true);
  turn(chain);
  assert.is(JSON.stringify(chain), before);
});

test.run();
