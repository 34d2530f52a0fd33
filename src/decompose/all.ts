/** Every decomposition there is: one line a format. `decompose()` and conversions walk this table. */

import { FormatError } from '../errors.ts';
import { formatNamed } from '../formats/all.ts';
import { dense } from '../formats/dense.ts';
import type { Role } from '../formats/format.ts';
import { Factored } from '../formats/network.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { decompose as cp } from './cp/decompose.ts';
import { Decomposed } from './decomposed.ts';
import { decompose as ht } from './ht/decompose.ts';
import { decompose as lowRank } from './lowRank/decompose.ts';
import { checkDense, layoutOf } from './modes.ts';
import type { IterationOptions } from './options.ts';
import { decompose as tensorRing } from './tensorRing/decompose.ts';
import { decompose as tt } from './tt/decompose.ts';
import { decompose as ttMatrix } from './ttMatrix/decompose.ts';
import { decompose as tucker } from './tucker/decompose.ts';

/** What every decomposition of the table takes; more options are those of the format's own function. */
export interface AnyOptions extends IterationOptions {
  /** What the axes are for: rows and columns to lowRank and ttMatrix, windows to tucker. Others do without. */
  readonly roles?: readonly Role[];
  readonly [option: string]: unknown;
}

/** A decomposition of a dense tensor. */
export type Decompose = (a: Tensor, options: AnyOptions) => Decomposed;

const decompositions: Readonly<Record<string, Decompose>> = {
  dense: whole,
  lowRank,
  cp,
  tucker,
  tt,
  ttMatrix,
  tensorRing,
  ht,
};

/** The decomposition of a format's name; case and hyphens do not matter. Throws RankError with the known names. */
export function decompositionOf(name: string): Decompose {
  const format = formatNamed(name);
  const found = decompositions[format.name];
  if (found !== undefined) return found;
  const known = Object.keys(decompositions).join(', ');
  throw new FormatError('decompose', 'the format has a decomposition', `'${format.name}'`, `choose one of ${known}`);
}

/** The tensor as it is. */
function whole(a: Tensor): Decomposed {
  checkDense('decompose', a);
  const { net, axes } = layoutOf(dense, a.shape);
  return new Decomposed(new Factored(dense.name, net, axes, { full: a }), { error: 0 });
}
