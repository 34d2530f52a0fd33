/**
 * The kernel contract: what a number-cruncher does, said once for every backend.
 *
 * A kernel is compiled as `name_dtype(args: usize): void`. `args` points to a block in linear memory whose layout is
 * `begin: i32, end: i32, work: ptr` followed by the contract's `fields` in order, each aligned to its own size, and by
 * the lists of its `dims`. The block is all a kernel knows: a replayed step, a worker or a GPU gets the same one. Whatever changes from step to step
 * (learning rate, random counter) therefore lives behind an address, never in an int or real field.
 *
 * `tasks` cuts the work into independent pieces by size alone, and the kernel runs pieces [begin, end): the bits are
 * the same for any number of workers. The `reference` mirrors the kernel's order of operations and is its specification.
 */

import type { Dtype } from '../dtype.ts';

/**
 * What a field holds. `int`: i32. `real`: f64. `dims`: address of a short list of i32 (a shape, or strides in
 * elements) that the caller gives as numbers and that lies in the block behind the fields.
 * Addresses of operands: `data` of the kernel's dtype, `index` of i32, `slots` of f64, `bytes` of u8; 0 where absent.
 */
export type Kind = 'int' | 'real' | 'dims' | 'data' | 'index' | 'slots' | 'bytes';
export type Fields = Readonly<Record<string, Kind>>;

type ViewOf<K extends Kind> = K extends 'int' | 'real'
  ? number
  : K extends 'dims'
    ? readonly number[]
    : K extends 'data'
      ? Float32Array | Float64Array
      : K extends 'index'
        ? Int32Array
        : K extends 'slots'
          ? Float64Array
          : Uint8Array;

/** Names of the fields that hold an address. */
export type Pointers<F extends Fields> = {
  [N in keyof F]: F[N] extends 'int' | 'real' | 'dims' ? never : N;
}[keyof F];

/** Field values as the caller gives them; P stands for an operand in the backend's memory. */
export type Args<F extends Fields, P> = {
  readonly [N in keyof F]: F[N] extends 'int' | 'real' | 'dims' ? ViewOf<F[N]> : P | null;
};

/** Field values as a reference sees them: typed arrays that start at the operand; an absent operand has length 0. */
export type Views<F extends Fields> = { readonly [N in keyof F]: ViewOf<F[N]> } & {
  readonly begin: number;
  readonly end: number;
};

/** The sizes of a call: all that `tasks`, `scratch` and `flops` may look at. */
export type Sizes<F extends Fields> = {
  readonly [N in keyof F as F[N] extends 'int' | 'real' | 'dims' ? N : never]: ViewOf<F[N]>;
};

/** Rounds to the kernel's dtype: Math.fround for f32, the identity for f64. */
export type Round = (x: number) => number;

/** Uniform in [-1, 1), for samples of laws and benchmarks. */
export type Random = () => number;

/** What went wrong in a kernel; 0 is success. Sticky: the first one stays until it is read. */
export const Status = {
  ok: 0,
  /** An index or label lies outside its table; `detail` is the offending value. */
  index: 1,
  /** An iteration met its limit; `detail` is the iteration count. */
  convergence: 2,
  /** A zero or negative pivot; `detail` is its position. */
  pivot: 3,
} as const;

/** Reports trouble from a reference: code and detail. */
export type Fail = (code: number, detail: number) => void;

export interface Kernel<F extends Fields = Fields> {
  /** The name of the export before `_dtype`. */
  readonly name: string;
  readonly dtypes: readonly Dtype[];
  readonly fields: F;
  /** The number of independent pieces, from sizes alone. */
  tasks(a: Sizes<F>): number;
  /** The bytes of workspace one worker needs. */
  scratch?(a: Sizes<F>, elementBytes: number): number;
  /** Plain loops over pieces [a.begin, a.end), in the kernel's order of operations. */
  reference(a: Views<F>, round: Round, fail: Fail): void;
  /** Floating-point operations of a call. */
  flops?(a: Sizes<F>): number;
  /** Size tuples for laws and benchmarks; their meaning is `sample`'s. */
  readonly cases: readonly (readonly number[])[];
  /** Arguments for one case; each `data` operand is a plain array of numbers, rounded by the caller to the dtype. */
  sample(size: readonly number[], random: Random): Sample<F>;
}

/** As Args, with host arrays for operands. `data` operands are Float64Array and are converted to the dtype under test. */
export type Sample<F extends Fields> = {
  readonly [N in keyof F]: F[N] extends 'int' | 'real' | 'dims'
    ? ViewOf<F[N]>
    : (F[N] extends 'data' ? Float64Array : ViewOf<F[N]>) | null;
};

/** Declares a kernel; the fields' kinds type every argument of it. */
export function defineKernel<const F extends Fields>(kernel: Kernel<F>): Kernel<F> {
  return kernel;
}

/** A field's place in a block. */
export interface Slot {
  readonly name: string;
  readonly kind: Kind;
  readonly offset: number;
}

/** Bytes of the block's common head: begin, end, work. */
export const HEAD_BYTES = 12;

const layouts = new WeakMap<object, { slots: readonly Slot[]; bytes: number }>();

/** Where each field of a kernel lies in its block, and where the lists of its dims begin (`bytes`); the same rule as an AssemblyScript @unmanaged class. */
export function layoutOf(kernel: { readonly fields: Fields }): { slots: readonly Slot[]; bytes: number } {
  const known = layouts.get(kernel);
  if (known !== undefined) return known;
  let offset = HEAD_BYTES;
  const slots = Object.entries(kernel.fields).map(([name, kind]) => {
    if (kind === 'real') offset = (offset + 7) & ~7;
    const slot = { name, kind, offset };
    offset += kind === 'real' ? 8 : 4;
    return slot;
  });
  const layout = { slots, bytes: (offset + 7) & ~7 };
  layouts.set(kernel, layout);
  return layout;
}
