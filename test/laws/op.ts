/**
 * What holds for every operation on all inputs that fast-check draws: it computes what its model says, gives the same
 * bits on every backend, has the right gradient (orders 1 and 2), leaks nothing and refuses what does not fit.
 */

import fc from 'fast-check';
import type { Backend } from '../../src/backend/backend.ts';
import { withBackend } from '../../src/backend/current.ts';
import { type DataArray, type Real, realDtypes } from '../../src/dtype.ts';
import { cast } from '../../src/ops/cast.ts';
import { vjp } from '../../src/ops/grad.ts';
import { sameShape, showShape } from '../../src/shape.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { type Fn, gradcheck, inner, like, realPart } from '../support/gradcheck.ts';
import { firstDifference } from '../support/kernelcall.ts';
import { leakFree } from '../support/leaks.ts';
import { type Sample, sampleOf, stridedOf, tensorOf } from '../support/samples.ts';
import { suite } from '../support/test.ts';

/** A call that must throw. */
export type Refusal = readonly [call: () => unknown, kind: new (...args: never[]) => Error];

export interface OpLaw {
  readonly name: string;
  readonly fn: Fn;
  /** The operands of one call. */
  readonly inputs: fc.Arbitrary<readonly Sample[]>;
  /** What the operation means, in plain numbers. */
  readonly model: (...inputs: Sample[]) => Sample;
  /** Operands with sizes of 0. */
  readonly empty: readonly (readonly Sample[])[];
  /** Relative error of the values in f64; default 1e-14. f32 is allowed 2^29 times as much. */
  readonly eps?: number;
  /** False where derivatives jump, so that only the looser rule of gradcheck holds. */
  readonly smooth?: boolean;
  /** False where there is no gradient: it must be zero, or the operands are integers. */
  readonly differentiable?: boolean;
  /** False where differences say nothing about a gradient in f64, as after rounding to f32. */
  readonly gradcheck?: boolean;
  /** False for factorizations, whose reference is simpler than the kernel: backends agree within 1e-12, not in bits. */
  readonly exact?: boolean;
  readonly refuses?: readonly Refusal[];
  /** Draws for each law; default 12. */
  readonly runs?: number;
}

const reference = referenceBackend();
const wasm = wasmBackend({ canary: true });

/** Registers and runs the law suite of an operation. */
export function opLaws(law: OpLaw): void {
  const test = suite(`op ${law.name}`);
  const { fn, runs = 12 } = law;
  const seed = Number(process.env.RANKWISE_SEED ?? 1);
  const forAll = (check: (inputs: readonly Sample[]) => void, numRuns = runs): void => {
    const report = fc.check(fc.property(law.inputs, check), { numRuns, seed });
    if (!report.failed) return;
    const cause = report.errorInstance as Error;
    const at = JSON.stringify(report.counterexample?.[0]);
    throw new Error(`${cause.message}; RANKWISE_SEED=${seed}, path '${report.counterexamplePath}', inputs ${at}`, {
      cause,
    });
  };
  const hasGradient = law.differentiable !== false;

  test('computes its model', () => {
    forAll((inputs) => checkModel(law, inputs), 3 * runs);
    for (const inputs of law.empty) checkModel(law, inputs);
  });

  const alike = law.exact === false ? 'values' : 'bits';
  test(`gives the same ${alike} on every backend, and gradients of f32 are those of f64`, () => {
    forAll((inputs) => {
      const found = realDtypes.map((real) => {
        const want = withBackend(reference, () => outcome(fn, inputs, real, tensorOf, hasGradient));
        const got = leakFree(wasm, () => outcome(fn, inputs, real, tensorOf, hasGradient));
        if (law.exact ?? true) expectSame(got, want);
        else got.forEach((x, k) => expectClose(x, want[k]!, real === 'f32' ? 1e-4 : 1e-12, `result ${k} on wasm`));
        return got;
      });
      found[0]!.slice(1).forEach((g, k) => expectClose(g, found[1]![k + 1]!, 1e-4, `f32 gradient ${k}`));
    });
  });

  test('takes views', () => {
    forAll((inputs) => {
      const dense = withBackend(wasm, () => outcome(fn, inputs, 'f64', tensorOf, hasGradient));
      for (const backend of [reference, wasm]) {
        const views = leakFree(backend, () => outcome(fn, inputs, 'f64', stridedOf, hasGradient));
        views.forEach((x, k) => expectClose(x, dense[k]!, 1e-12, k === 0 ? 'value' : `gradient ${k - 1}`));
      }
    });
  });

  test('gives a tensor of its own in and outside scopes, and leaves its operands alone', () => {
    forAll((inputs) => checkOwnership(fn, inputs), 3);
  });

  if (hasGradient) {
    const options = { smooth: law.smooth ?? true, seed };
    const check = (inputs: readonly Sample[], order: 1 | 2): void =>
      leakFree(reference, () => gradcheck(fn, inputs, { ...options, order }));

    if (law.gradcheck !== false) {
      test('has the gradient of central differences', () => forAll((inputs) => check(inputs, 1)));
      test('has a gradient whose gradient is that of central differences', () => forAll((inputs) => check(inputs, 2)));
      test('counts an operand that is given twice, twice', () => {
        forAll((inputs) => {
          const first = inputs[0]!;
          const alike = ({ shape, dtype }: Sample): boolean => sameShape(shape, first.shape) && dtype === undefined;
          if (inputs.length < 2 || !inputs.every(alike)) return;
          const twice: Fn = (x) => fn(...inputs.map(() => x));
          withBackend(reference, () => gradcheck(twice, [first], { ...options, smooth: false }));
        }, 4 * runs);
      });
    }
    test('has a linear gradient, adjoint to its derivative', () => {
      forAll((inputs) => withBackend(reference, () => checkAdjoint(fn, inputs, seed)));
    });
    test('means the same under an outer tape, where fused operations are replaced by their definitions', () => {
      forAll((inputs) => withBackend(reference, () => checkDefinition(fn, inputs, seed)));
    });
    test('has gradients for sizes of 0', () => {
      for (const inputs of law.empty) for (const backend of [reference, wasm]) checkEmpty(fn, inputs, backend);
    });
  } else {
    test('has no gradient', () => {
      forAll((inputs) => {
        const part = realPart(fn, inputs, 'f64');
        if (part.inputs.length === 0) return;
        const real: Fn = (...xs) => cast(fn(...xs), 'f64');
        const [, ...gradients] = withBackend(reference, () => outcome(real, inputs, 'f64', tensorOf, true));
        if (gradients.some((g) => g.some((x) => x !== 0))) throw new Error('the gradient is not zero');
      }, 3);
    });
  }

  if (law.refuses !== undefined) {
    test('refuses what does not fit', () => law.refuses!.forEach(expectRefusal));
  }

  test.run();
}

/** Throws unless the call throws this class, in the form `op: rule; got value; remedy`, and leaks nothing. */
export function expectRefusal([call, kind]: Refusal, k: number): void {
  let thrown: unknown;
  try {
    leakFree(wasm, call);
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof kind)) throw new Error(`call ${k}: expected ${kind.name}; got ${String(thrown)}`);
  if (!/^[\w ]+: .+; got .+; .+$/.test(thrown.message)) throw new Error(`call ${k}: form of '${thrown.message}'`);
}

function checkModel(law: OpLaw, inputs: readonly Sample[]): void {
  const want = law.model(...inputs);
  for (const real of realDtypes) {
    const got = leakFree(wasm, () => sampleOf(law.fn(...inputs.map((x) => tensorOf(x, real)))));
    if (!sameShape(got.shape, want.shape)) {
      throw new Error(`shape is ${showShape(got.shape)}, expected ${showShape(want.shape)}`);
    }
    if (got.dtype !== want.dtype) throw new Error(`dtype is ${got.dtype ?? real}, expected ${want.dtype ?? real}`);
    expectClose(got.values, want.values, (law.eps ?? 1e-14) * (real === 'f32' ? 2 ** 29 : 1), `${real} value`);
  }
}

/** The value, then the gradient of each real operand for a fixed cotangent. */
function outcome(
  fn: Fn,
  inputs: readonly Sample[],
  real: Real,
  make: (x: Sample, real: Real) => Tensor,
  gradients: boolean,
): DataArray[] {
  const tensors = inputs.map((x) => make(x, real));
  const y = fn(...tensors);
  const value = dataSync(y);
  const reals = inputs.flatMap((x, k) => (x.dtype === undefined ? [tensors[k]!] : []));
  if (!gradients || reals.length === 0) return [value];
  const part = (...xs: Tensor[]): Tensor => {
    let next = 0;
    return fn(...inputs.map((x, k) => (x.dtype === undefined ? xs[next++]! : tensors[k]!)));
  };
  return [value, ...vjp(part, reals, like(y, 7, real)).gradients.map((g) => dataSync(g))];
}

function checkOwnership(fn: Fn, inputs: readonly Sample[]): void {
  for (const backend of [reference, wasm]) {
    leakFree(backend, () => {
      const tensors = inputs.map((x) => tensorOf(x, 'f32'));
      const before = tensors.map((x) => dataSync(x));
      const outside = dataSync(fn(...tensors));
      const inside = scope(() => {
        fn(...tensors);
        return fn(...tensors);
      });
      expectSame([dataSync(inside)], [outside]);
      expectSame(
        tensors.map((x) => dataSync(x)),
        before,
      );
    });
  }
}

/** J v, by the gradient of <J' u, v> with respect to u, against <J v, w> = <v, J' w>; and J' (2 w - u) by parts. */
function checkAdjoint(fn: Fn, inputs: readonly Sample[], seed: number): void {
  const part = realPart(fn, inputs, 'f64');
  const at = part.inputs.map((x) => tensorOf(x, 'f64'));
  const y = part.fn(...at);
  const [w, u] = [like(y, seed + 1, 'f64'), like(y, seed + 2, 'f64')];
  const v = at.map((x, k) => like(x, seed + 10 + k, 'f64'));
  const back = (g: Tensor): readonly Tensor[] => vjp(part.fn, at, g).gradients;
  const one = tensorOf({ shape: [], values: [1] }, 'f64');
  const forward = vjp((g) => inner(back(g), v), [u], one).gradients[0]!;
  const [left, right] = [inner([forward], [w]), inner(v, back(w))].map((x) => dataSync(x)[0]!);
  const size = [...dataSync(forward)].reduce((s, x) => s + Math.abs(x), 1);
  if (!(Math.abs(left! - right!) <= 1e-12 * size)) throw new Error(`<J v, w> is ${left}, <v, J' w> is ${right}`);
  const mixed = tensorOf({ shape: y.shape, values: [...dataSync(w)].map((x, k) => 2 * x - dataSync(u)[k]!) }, 'f64');
  const [gw, gu] = [back(w).map((g) => dataSync(g)), back(u).map((g) => dataSync(g))];
  back(mixed).forEach((g, k) => {
    const want = [...gw[k]!].map((x, i) => 2 * x - gu[k]![i]!);
    expectClose(dataSync(g), want, 1e-12, 'gradient of a combination');
  });
}

function checkDefinition(fn: Fn, inputs: readonly Sample[], seed: number): void {
  const part = realPart(fn, inputs, 'f64');
  const at = part.inputs.map((x) => tensorOf(x, 'f64'));
  const w = like(part.fn(...at), seed + 3, 'f64');
  const plain = vjp(part.fn, at, w);
  const under = vjp((...xs) => vjp(part.fn, xs, w).value, at, w);
  expectClose(dataSync(under.value), dataSync(plain.value), 1e-12, 'value');
  under.gradients.forEach((g, k) => expectClose(dataSync(g), dataSync(plain.gradients[k]!), 1e-11, `gradient ${k}`));
}

function checkEmpty(fn: Fn, inputs: readonly Sample[], backend: Backend): void {
  const reals = inputs.filter((x) => x.dtype === undefined);
  leakFree(backend, () => {
    const [, ...gradients] = outcome(fn, inputs, 'f32', tensorOf, true);
    gradients.forEach((g, k) => {
      if (g.length !== reals[k]!.values.length) throw new Error(`gradient ${k} has ${g.length} elements`);
      if (g.some((x) => !Number.isFinite(x))) throw new Error(`gradient ${k} is not finite`);
    });
  });
}

function expectSame(got: readonly DataArray[], want: readonly DataArray[]): void {
  want.forEach((x, k) => {
    const i = firstDifference(got[k]!, x);
    if (i >= 0) throw new Error(`${k === 0 ? 'value' : `gradient ${k - 1}`}[${i}] is ${got[k]![i]}, expected ${x[i]}`);
  });
}

/** Each element within eps of the largest one; infinities and NaN equal. */
function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, eps: number, what: string): void {
  if (got.length !== want.length) throw new Error(`${what} has ${got.length} elements, expected ${want.length}`);
  let largest = 0;
  for (let k = 0; k < want.length; k++) if (Number.isFinite(want[k])) largest = Math.max(largest, Math.abs(want[k]!));
  for (let k = 0; k < want.length; k++) {
    if (Object.is(got[k], want[k]) || Math.abs(got[k]! - want[k]!) <= eps * largest) continue;
    throw new Error(`${what}[${k}] is ${got[k]}, expected ${want[k]}`);
  }
}
