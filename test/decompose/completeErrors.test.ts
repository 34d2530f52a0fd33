import fc from 'fast-check';
import { withBackend } from '../../src/backend/current.ts';
import * as cp from '../../src/decompose/cp/index.ts';
import type { Samples } from '../../src/decompose/samples.ts';
import * as tt from '../../src/decompose/tt/index.ts';
import { digits } from '../../src/io/digits.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type Dense, normOf } from '../laws/cpDense.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { sampled } from '../support/known.ts';
import { leakFree } from '../support/leaks.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { noiseOf } from '../support/trains.ts';

const test = suite('errors of completion');
const backend = wasmBackend();
const get = (x: Tensor): Dense => ({ shape: x.shape, values: Float64Array.from(dataSync(x)) });

const drawn = fc.record({
  modes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }),
  rank: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

test('never raises the error, reports the one that was made, and does not depend on scale', () => {
  for (const on of [backend, referenceBackend()]) {
    holds(
      on === backend ? 5 : 1,
      fc.property(drawn, ({ modes, rank, seed }) => {
        const a = noiseOf(modes, seed, 'f64');
        const samples = sampled(a, 0.6, seed);
        if (samples.values.length === 0) return;
        const shifted = { ...samples, values: (samples.values as Float64Array).map((v) => v * 2 ** -400) };
        for (const complete of [cp.complete, tt.complete]) {
          const [x, y] = leakFree(on, () => [samples, shifted].map((s) => complete(s, { rank, seed, sweeps: 8 })));
          x!.report.history.slice(1).forEach((e, k) => assert.ok(e <= x!.report.history[k]! + 1e-12, `sweep ${k}`));
          const [found, want] = [get(tt.full(x!)), samples.values];
          let [missed, size] = [0, 0];
          for (let s = 0; s < want.length; s++) {
            const index = [...samples.indices.subarray(s * modes.length, (s + 1) * modes.length)];
            const place = index.reduce((at, i, k) => at * modes[k]! + i, 0);
            missed += (found.values[place]! - want[s]!) ** 2;
            size += want[s]! ** 2;
          }
          const made = Math.sqrt(missed / size);
          // Unknown entries may be great, and with them the rounding of known ones.
          const room = 1e-13 * Math.max(1, normOf(found) / Math.sqrt(size));
          assert.ok(Math.abs(made - x!.report.error) < room, `${made}, ${x!.report.error}`);
          assert.is(y!.report.error, x!.report.error);
        }
      }),
    );
  }
});

test('fills in pixels of handwritten digits', () => {
  // D. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
  withBackend(backend, () => {
    const a: Dense = { shape: [100, 8, 8], values: Float64Array.from(digits().train.images.slice(0, 100 * 64)) };
    const { train, test } = cp.holdOut(sampled(a, 1, 1), 0.3, 1);
    const x = cp.complete(train, { rank: 8, ridge: 0.02, sweeps: 30, heldOut: test });
    const y = tt.complete(train, { rank: [6, 4], ridge: 0.02, sweeps: 8, heldOut: test });
    // The mean image of the seen pixels.
    const sums = new Float64Array(64);
    const counts = new Float64Array(64);
    const at = ({ indices }: Samples, s: number): number => {
      const list = indices as Int32Array;
      return list[3 * s + 1]! * 8 + list[3 * s + 2]!;
    };
    (train.values as Float64Array).forEach((v, s) => {
      sums[at(train, s)]! += v;
      counts[at(train, s)]!++;
    });
    let [missed, size] = [0, 0];
    (test.values as Float64Array).forEach((v, s) => {
      missed += (v - sums[at(test, s)]! / Math.max(1, counts[at(test, s)]!)) ** 2;
      size += v * v;
    });
    const mean = Math.sqrt(missed / size);
    for (const { report } of [x, y]) assert.ok(report.heldOut! < 0.85 * mean, `${report.heldOut}, the mean ${mean}`);
  });
});

test.run();
