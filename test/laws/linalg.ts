/**
 * What holds for every operation on batches of matrices: the backends agree to rounding, views are as good as dense
 * operands, each matrix of a batch is treated alone, gradients are right (orders 1 and 2), nothing leaks, sizes of 0 work
 * and what does not fit is refused by name. Factorizations are not the same bits on every backend, so opLaws() do not fit.
 */

import { withBackend } from '../../src/backend/current.ts';
import { type DataArray, type Real, realDtypes } from '../../src/dtype.ts';
import { vjp } from '../../src/ops/grad.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { type Fn, gradcheck, like } from '../support/gradcheck.ts';
import { firstDifference } from '../support/kernelcall.ts';
import { leakFree } from '../support/leaks.ts';
import { seeded } from '../support/random.ts';
import { type Sample, sample, stridedOf, tensorOf } from '../support/samples.ts';
import { suite } from '../support/test.ts';
import { expectRefusal, type Refusal } from './op.ts';

export interface LinalgLaw {
  readonly name: string;
  /** One result, real, that does not depend on arbitrary choices. */
  readonly fn: Fn;
  /** Operands far from where the operation or its derivatives jump. */
  readonly cases: readonly (readonly Sample[])[];
  /** Operands with sizes of 0. */
  readonly empty: readonly (readonly Sample[])[];
  readonly refuses: readonly Refusal[];
  /** False where there is no gradient. */
  readonly differentiable?: boolean;
  /** False where the second derivative does not exist or is not offered. */
  readonly twice?: boolean;
  /** Relative to the largest element, in f64; default 1e-12. f32 is allowed 2^29 times as much. */
  readonly eps?: number;
}

const reference = referenceBackend();
const wasm = wasmBackend({ canary: true });

/** A real sample of a shape, uniform in [-1, 1) with few bits, so that f32 and f64 see the same numbers. */
export function uniform(seed: number, ...shape: number[]): Sample {
  const random = seeded(seed);
  return sample(shape, () => Math.round(random() * 1024) / 1024);
}

/** The value, then the gradient of each operand for a fixed cotangent. */
function outcome({ fn, differentiable }: LinalgLaw, tensors: readonly Tensor[], real: Real): DataArray[] {
  const y = fn(...tensors);
  if (differentiable === false) return [dataSync(y)];
  return [dataSync(y), ...vjp(fn, tensors, like(y, 7, real)).gradients.map((g) => dataSync(g))];
}

/** Throws unless each element is within eps of the largest one. */
function expectClose(got: readonly DataArray[], want: readonly DataArray[], eps: number): void {
  want.forEach((y, k) => {
    const x = got[k]!;
    const what = k === 0 ? 'value' : `gradient ${k - 1}`;
    if (x.length !== y.length) throw new Error(`${what} has ${x.length} elements, expected ${y.length}`);
    let largest = 0;
    for (const v of y) largest = Math.max(largest, Math.abs(v));
    x.forEach((v: number, i: number) => {
      if (!(Math.abs(v - y[i]!) <= eps * largest)) throw new Error(`${what}[${i}] is ${v}, expected ${y[i]}`);
    });
  });
}

function expectSame(got: readonly DataArray[], want: readonly DataArray[]): void {
  want.forEach((y, k) => {
    const i = firstDifference(got[k]!, y);
    if (i >= 0) throw new Error(`${k === 0 ? 'value' : `gradient ${k - 1}`}[${i}] is ${got[k]![i]}, expected ${y[i]}`);
  });
}

/** Registers and runs the law suite of an operation on matrices. */
export function linalgLaws(law: LinalgLaw): void {
  const test = suite(`linalg ${law.name}`);
  const { fn, eps = 1e-12 } = law;
  const looser = (real: Real): number => (real === 'f32' ? 2 ** 29 * eps : eps);
  const each = (check: (inputs: readonly Sample[]) => void): void => {
    law.cases.forEach((inputs, k) => {
      try {
        check(inputs);
      } catch (cause) {
        const shapes = inputs.map(({ shape }) => `[${shape}]`).join(' ');
        throw new Error(`case ${k}, ${shapes}: ${(cause as Error).message}`, { cause });
      }
    });
  };
  const on = (real: Real, inputs: readonly Sample[]): DataArray[] =>
    leakFree(wasm, () =>
      outcome(
        law,
        inputs.map((x) => tensorOf(x, real)),
        real,
      ),
    );

  test('agrees on every backend, and f32 with f64', () => {
    each((inputs) => {
      const [f32, f64] = realDtypes.map((real) => {
        const make = (): Tensor[] => inputs.map((x) => tensorOf(x, real));
        const want = leakFree(reference, () => outcome(law, make(), real));
        const got = on(real, inputs);
        expectClose(got, want, looser(real));
        return got;
      });
      expectClose(f32!, f64!, looser('f32'));
    });
  });

  test('takes views and leaves its operands as they are, in scopes and out', () => {
    each((inputs) => {
      const want = on('f64', inputs);
      leakFree(wasm, () => {
        const tensors = inputs.map((x) => stridedOf(x, 'f64'));
        expectSame(outcome(law, tensors, 'f64'), want);
        expectSame([dataSync(scope(() => fn(...tensors)))], want.slice(0, 1));
        inputs.forEach((x, k) => expectSame([dataSync(tensors[k]!)], [Float64Array.from(x.values)]));
      });
    });
  });

  if (law.differentiable !== false) {
    test('has the gradient of central differences', () => {
      each((inputs) => withBackend(wasm, () => gradcheck(fn, inputs)));
    });
    if (law.twice !== false) {
      test('has the second derivative of central differences', () => {
        each((inputs) => withBackend(wasm, () => gradcheck(fn, inputs, { order: 2 })));
      });
    }
  }

  test('works for sizes of 0', () => {
    for (const inputs of law.empty) {
      const sizes = on('f32', inputs).slice(1);
      sizes.forEach((g, k) => {
        if (g.length !== inputs[k]!.values.length) throw new Error(`gradient ${k} has ${g.length} elements`);
        if (g.some((x) => !Number.isFinite(x))) throw new Error(`gradient ${k} is not finite`);
      });
    }
  });

  test('refuses what does not fit', () => law.refuses.forEach(expectRefusal));

  test.run();
}
