/** Learning rates over a run, and clipping. */

import fc from 'fast-check';
import { FormatError } from '../../src/errors.ts';
import { clipScale, globalNorm } from '../../src/optim/clip.ts';
import {
  constant,
  cosine,
  freshPlateau,
  oneCycle,
  plateau,
  type Schedule,
  scheduleNamed,
  scheduleNames,
  stepDecay,
} from '../../src/optim/schedule.ts';
import { tensor } from '../../src/tensor/create.ts';
import { scope } from '../../src/tensor/scope.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('schedule');

/** The factors of all steps, and of the end. */
function factors(schedule: Schedule, totalSteps: number, stepsPerEpoch = 10): number[] {
  return Array.from({ length: totalSteps + 1 }, (_, step) => schedule({ step, totalSteps, stepsPerEpoch }));
}

const rises = (x: readonly number[]): boolean => x.every((v, k) => k === 0 || v > x[k - 1]!);
const falls = (x: readonly number[]): boolean => x.every((v, k) => k === 0 || v < x[k - 1]!);
const close = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test('constant is 1', () => assert.equal(factors(constant(), 3), [1, 1, 1, 1]));

test('step decay falls by its factor after every so many epochs', () => {
  const x = factors(stepDecay({ epochs: 2, factor: 0.5 }), 60);
  assert.equal([x[0], x[19], x[20], x[39], x[40], x[60]], [1, 1, 0.5, 0.5, 0.25, 0.125]);
});

test('cosine falls from 1 to its last value, half way at half time', () => {
  const x = factors(cosine(), 100);
  close(x[0]!, 1);
  close(x[50]!, 0.5);
  close(x[100]!, 0);
  assert.ok(falls(x));
  close(factors(cosine({ last: 0.2 }), 100)[100]!, 0.2);
});

test('a warm-up has its least steps, but never more than half the run', () => {
  const top = (total: number): number => factors(cosine({ warmup: 0.05, warmupSteps: 100 }), total).indexOf(1);
  assert.equal([top(3000), top(1000), top(40)], [150, 100, 20]);
});

test('cosine with a warm-up rises first, in even steps, and never starts at 0', () => {
  const x = factors(cosine({ warmup: 0.1 }), 100);
  assert.ok(rises(x.slice(0, 11)) && falls(x.slice(10)));
  close(x[0]!, 1 / 11);
  close(x[10]!, 1);
  close(x[100]!, 0);
});

test('one cycle rises from 1/25 to 1 and falls to 1e-4', () => {
  const x = factors(oneCycle(), 100);
  close(x[0]!, 1 / 25);
  close(x[30]!, 1);
  close(x[100]!, 1e-4);
  assert.ok(rises(x.slice(0, 31)) && falls(x.slice(30)));
});

test('every named schedule stays in (0, 1] during a run of any length', () => {
  const runs = fc.record({
    totalSteps: fc.integer({ min: 1, max: 200 }),
    stepsPerEpoch: fc.integer({ min: 1, max: 50 }),
  });
  for (const name of scheduleNames) {
    const schedule = scheduleNamed(name);
    fc.assert(
      fc.property(runs, ({ totalSteps, stepsPerEpoch }) => {
        const during = factors(schedule, totalSteps, stepsPerEpoch).slice(0, -1);
        return during.every((x) => x > 0 && x <= 1);
      }),
      { numRuns: 50 },
    );
  }
  throws(() => scheduleNamed('toString'), FormatError, /choose one of constant, step, cosine, onecycle/);
});

test('plateau lowers the scale after so many epochs without a better loss', () => {
  const losses = [3, 2, 2, 2.5, 2, 1, 1, 1, 1, 1, 1];
  let state = freshPlateau;
  const scales = losses.map((loss) => {
    state = plateau(state, loss, { factor: 0.5, patience: 3 });
    return state.scale;
  });
  assert.equal(scales, [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]);
  assert.is(state.best, 1);
  assert.ok(plateau(freshPlateau, 1e300).scale === 1);
});

test('the global norm is that of all gradients as one vector; clipping shortens, never lengthens', () => {
  scope(() => {
    const gradients = new Map([
      [
        'a',
        tensor([
          [1, -2],
          [2, 0],
        ]),
      ],
      ['b', tensor([4])],
    ]);
    assert.is(globalNorm(gradients), 5);
    assert.is(globalNorm(new Map()), 0);
  });
  assert.is(clipScale(5, 2), 0.4);
  assert.is(clipScale(1.5, 2), 1);
  assert.is(clipScale(0, 2), 1);
});

test.run();
