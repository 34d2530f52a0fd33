/** A Tucker decomposition as its algorithms see it: a scaled dense tensor over modes, and the modes that get a factor. */

import { FormatError, RankError, ShapeError } from '../../errors.ts';
import type { Role } from '../../formats/format.ts';
import { Factored } from '../../formats/network.ts';
import { tucker } from '../../formats/tucker.ts';
import { contiguous } from '../../ops/contiguous.ts';
import { timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { showShape } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Dense, denseOf, keep } from '../dense.ts';
import type { IterationOptions } from '../options.ts';
import type { Choose } from '../splitOff.ts';

export interface TuckerOptions extends IterationOptions {
  /**
   * `sthosvd` (the default) cuts one mode after the other, each in what the others have left; `hosvd` cuts every mode of
   * the whole tensor; `hooi` iterates from there to the best ranks' least error nearby.
   */
  readonly method?: 'hosvd' | 'sthosvd' | 'hooi';
  /** The axes that get a factor; the others stay in the core. Default: all, but for axes of the role `window`. */
  readonly modes?: readonly number[];
  /** What the axes are for, where the tensor is the weight of a layer. */
  readonly roles?: readonly Role[];
  /** Core and factors without negative entries; needs a rank. */
  readonly nonnegative?: boolean;
}

export interface Problem extends Omit<Dense, 'caps'> {
  readonly options: TuckerOptions;
  /** The modes that get a factor. */
  readonly modes: readonly number[];
  /** The most columns of the factor of a mode. */
  readonly caps: ReadonlyMap<number, number>;
}

/** A core and the factors of some modes. */
export interface Parts {
  readonly core: Tensor;
  /** Factors [n, r] by mode. */
  readonly factors: ReadonlyMap<number, Tensor>;
}

/** Checks the operand and the options, and lays the format over the shape. Throws as decompose(). */
export function problemOf(op: string, a: Tensor, options: TuckerOptions): Problem {
  const dense = denseOf(op, tucker, a, options, rolesOf(op, a, options));
  const { net } = dense.layout;
  const modes = net.open.flatMap((_, k) => (`factor${k}` in net.parts ? [k] : []));
  return { ...dense, options, modes, caps: new Map(modes.map((k) => [k, dense.caps[`r${k}`]!])) };
}

function rolesOf(op: string, a: Tensor, { modes, roles }: TuckerOptions): Role[] {
  const stranger = modes?.find((k) => !(Number.isInteger(k) && k >= 0 && k < a.order));
  if (stranger !== undefined) {
    throw new ShapeError(op, `modes are axes 0..${a.order - 1}`, String(stranger), 'correct the modes');
  }
  const given = roles ?? a.shape.map((): Role => 'out');
  if (modes === undefined) return [...given];
  return given.map((role, k) => (modes.includes(k) ? (role === 'window' ? 'out' : role) : 'window'));
}

/**
 * How many singular values of the unfolding along a mode are kept: few enough for the cap, and with an eps few enough
 * that the rest weighs at most its share of eps times the norm, eps |X| / sqrt(number of factors).
 */
export function chooser(
  { options, modes, caps }: Problem,
  mode: number,
  norm: (values: Float64Array) => number,
): Choose {
  return (values) => {
    const delta = options.eps === undefined ? undefined : (options.eps * norm(values)) / Math.sqrt(modes.length);
    return keep(values, caps.get(mode)!, delta);
  };
}

/** The low-rank tensor of a core and factors; `scaled` leaves the power of two out. */
export function factoredOf({ layout, exponent }: Problem, { core, factors }: Parts, scaled = false): Factored {
  const parts: Record<string, Tensor> = { core: scaled ? core : contiguous(timesPowerOfTwo(core, exponent)) };
  for (const [k, factor] of factors) parts[`factor${k}`] = factor;
  return new Factored(tucker.name, layout.net, layout.axes, parts);
}

/** The factors of a tensor to start from. Throws where they do not fit. */
export function givenFactors({ a, modes, caps, options }: Problem, init: Factored): Map<number, Tensor> {
  return new Map(
    modes.map((k) => {
      const factor = init.parts[`factor${k}`];
      if (factor === undefined || factor.order !== 2 || factor.shape[0] !== a.shape[k] || factor.dtype !== a.dtype) {
        const got = factor === undefined ? `none in ${init.format}` : `${factor.dtype} ${showShape(factor.shape)}`;
        const rule = `the start has a factor of ${a.dtype} with ${a.shape[k]} rows for mode ${k}`;
        throw new FormatError('tucker.decompose', rule, got, 'decompose a tensor of this shape');
      }
      const r = factor.shape[1]!;
      if (options.rank !== undefined && r !== caps.get(k)) {
        const rule = `the start has the rank asked for, ${caps.get(k)} in mode ${k}`;
        throw new RankError('tucker.decompose', rule, String(r), 'ask for the ranks of the start');
      }
      return [k, factor];
    }),
  );
}
