/**
 * What holds for every kernel, on every case and dtype: the compiled code gives the reference's numbers (or satisfies
 * `judge`), stays inside its operands and its workspace, and does not depend on how its pieces are split.
 */

import type { Operand, Trouble } from '../../src/backend/backend.ts';
import type { DataArray, Dtype } from '../../src/dtype.ts';
import { kernels } from '../../src/kernels/all.ts';
import type { Args, Fields, Kernel } from '../../src/kernels/kernel.ts';
import { fencedBackend, referenceBackend, wasmBackend } from '../support/backends.ts';
import {
  type AnyKernel,
  type AnySample,
  argsOf,
  type Contents,
  contentsOf,
  firstDifference,
} from '../support/kernelcall.ts';
import { seeded } from '../support/random.ts';
import { suite } from '../support/test.ts';

type Backend = ReturnType<typeof referenceBackend> | ReturnType<typeof wasmBackend>;

/** Where a law was broken: everything needed to run the case again. */
interface Case {
  readonly kernel: AnyKernel;
  readonly dtype: Dtype;
  readonly size: readonly number[];
  readonly sample: AnySample;
}

/** What a call left behind. */
interface Outcome {
  readonly contents: Contents;
  readonly trouble: Trouble | null;
}

export interface KernelLawOptions {
  /**
   * For factorizations, whose reference is simpler than the kernel: throws unless `after` solves the problem posed by
   * `before`. Replaces equality with the reference; it is asked about the reference's own outcome too.
   */
  readonly judge?: (after: Contents, before: Contents, sample: AnySample, dtype: Dtype) => void;
  /** Seeds per case; default 2. RANKWISE_SEED moves all of them. */
  readonly seeds?: number;
}

type Runner = (backend: Backend, c: Case, args: Args<Fields, Operand>) => void;

const whole: Runner = (backend, c, args) => backend.run(c.kernel, c.dtype, args);

/** Registers and runs the law suite of a kernel. */
export function kernelLaws<F extends Fields>(contract: Kernel<F>, options: KernelLawOptions = {}): void {
  const kernel = contract as unknown as AnyKernel;
  const test = suite(`kernel ${kernel.name}`);
  const { judge } = options;
  const each = (law: (c: Case) => void): void => forEachCase(kernel, options.seeds ?? 2, law);

  test('is listed, and compiled for each of its dtypes', () => {
    if (!kernels.some((k) => k.name === kernel.name)) throw new Error(`${kernel.name} is not in src/kernels/all.ts`);
    const backend = wasmBackend();
    for (const dtype of kernel.dtypes) {
      if (!backend.has(kernel as never, dtype))
        throw new Error(`no export ${kernel.name}_${dtype}: npm run build:wasm`);
    }
  });

  test(judge ? 'satisfies its judge' : 'gives the numbers of the reference', () => {
    let changes = 0;
    const reference = referenceBackend();
    const wasm = wasmBackend({ canary: true });
    each((c) => {
      const before = contentsOf(kernel, c.dtype, c.sample);
      const want = outcome(reference, c, whole);
      const got = outcome(wasm, c, whole);
      if (judge) for (const { contents } of [want, got]) judge(contents, before, c.sample, c.dtype);
      else expectSame(got, want);
      for (const name in before) if (firstDifference(before[name]!, got.contents[name]!) >= 0) changes++;
    });
    if (changes === 0) throw new Error(`${kernel.name} changes none of its operands in any case`);
    expectEmpty(wasm);
  });

  test('does not depend on the split of its pieces', () => {
    for (const backend of [referenceBackend(), wasmBackend({ canary: true })]) {
      each((c) => {
        const want = outcome(backend, c, whole);
        for (const run of splits(kernel.tasks(c.sample as never))) expectSame(outcome(backend, c, run), want);
      });
      expectEmpty(backend);
    }
  });

  test('touches nothing behind the end of memory', () => {
    const fence = fencedBackend();
    const spare = wasmBackend();
    each((c) => {
      const want = outcome(spare, c, whole);
      for (const name in want.contents) {
        expectSame(
          outcome(fence.backend, c, whole, (field, bytes) => (field === name ? fence.atEnd(bytes) : null)),
          want,
        );
      }
    });
  });

  test.run();
}

function forEachCase(kernel: AnyKernel, seeds: number, law: (c: Case) => void): void {
  const first = Number(process.env.RANKWISE_SEED ?? 1);
  for (const dtype of kernel.dtypes) {
    for (const size of kernel.cases) {
      for (let seed = first; seed < first + seeds; seed++) {
        try {
          law({ kernel, dtype, size, sample: kernel.sample(size, seeded(seed)) });
        } catch (cause) {
          const where = `${kernel.name}_${dtype} case [${size.join(', ')}] RANKWISE_SEED=${seed}`;
          throw new Error(`${where}: ${(cause as Error).message}`, { cause });
        }
      }
    }
  }
}

/** Ways to cut [0, tasks): at the ends and the middle, the later part first, and one by one where there are few. */
function splits(tasks: number): Runner[] {
  const cuts = [...new Set([1, tasks >> 1, tasks - 1])].filter((k) => k > 0 && k < tasks);
  const runs = cuts.map(
    (k): Runner =>
      (backend, c, args) => {
        backend.runPieces(c.kernel, c.dtype, args, k, tasks);
        backend.runPieces(c.kernel, c.dtype, args, 0, k);
      },
  );
  if (tasks > 3 && tasks <= 16) {
    runs.push((backend, c, args) => {
      for (let k = 0; k < tasks; k++) backend.runPieces(c.kernel, c.dtype, args, k, k + 1);
    });
  }
  return runs;
}

/** Runs a case on fresh operands. Freeing them checks the guards of a backend in the canary mode. */
function outcome(
  backend: Backend,
  c: Case,
  run: Runner,
  place: (field: string, bytes: number) => Operand | null = () => null,
): Outcome {
  const contents = contentsOf(c.kernel, c.dtype, c.sample);
  const operands = new Map<DataArray, Operand>();
  const mine: Operand[] = [];
  for (const name in contents) {
    const array = contents[name]!;
    if (operands.has(array)) continue;
    let operand = place(name, array.byteLength);
    if (operand === null) {
      operand = { block: backend.alloc(array.byteLength, c.kernel.name), byteOffset: 0 };
      mine.push(operand);
    }
    backend.write(operand, array);
    operands.set(array, operand);
  }
  run(backend, c, argsOf(c.kernel, c.sample, operands, contents));
  for (const [array, operand] of operands) backend.readSync(operand, array);
  for (const { block } of mine) backend.free(block);
  return { contents, trouble: backend.trouble() };
}

function expectSame(got: Outcome, want: Outcome): void {
  for (const name in want.contents) {
    const k = firstDifference(got.contents[name]!, want.contents[name]!);
    if (k >= 0) throw new Error(`${name}[${k}] is ${got.contents[name]![k]}, expected ${want.contents[name]![k]}`);
  }
  const report = (t: Trouble | null): string => (t === null ? 'none' : `code ${t.code}, detail ${t.detail}`);
  if (report(got.trouble) !== report(want.trouble)) {
    throw new Error(`trouble is ${report(got.trouble)}, expected ${report(want.trouble)}`);
  }
}

function expectEmpty(backend: Backend): void {
  const { live } = backend.stats();
  if (live !== 0) throw new Error(`${live} blocks were not freed`);
}
