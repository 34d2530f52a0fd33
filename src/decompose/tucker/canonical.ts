/**
 * The normal form of a Tucker tensor: orthonormal factors, and a core that is all-orthogonal, its slices along each mode
 * orthogonal to one another and their norms, descending, the singular values of the unfolding (De Lathauwer, De Moor &
 * Vandewalle 2000, theorem 2). Unique up to signs where those values differ.
 */

import { ShapeError } from '../../errors.ts';
import { Factored } from '../../formats/network.ts';
import { orthogonalize } from '../../formats/orthogonalize.ts';
import { contiguous } from '../../ops/contiguous.ts';
import { powerOfTwo, timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { matmul } from '../../ops/matmul.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { basisOf } from '../splitOff.ts';
import { contracted } from './hooi.ts';

/**
 * The same tensor in normal form; ranks shrink to what the core can fill. Throws ShapeError unless x is a core with
 * factors on some of its modes.
 */
export function canonical(x: Factored): Factored {
  const { core: labels, ...others } = x.net.parts;
  const isFactor = ([mode, bond, ...more]: readonly string[]): boolean =>
    more.length === 0 && x.net.open.includes(mode!) && bond !== undefined && (labels?.includes(bond) ?? false);
  if (labels === undefined || !Object.values(others).every(isFactor)) {
    throw new ShapeError('tucker.canonical', 'the tensor is a core with factors', x.format, 'convert it to tucker');
  }
  return unrecorded(() => scope(() => canonicalIn(orthogonalize(x, 'core'))));
}

function canonicalIn(y: Factored): Factored {
  const labels = y.net.parts.core!;
  const { x: core, exponent } = powerOfTwo('tucker.canonical', y.parts.core!);
  const turns = new Map<number, Tensor>();
  const parts: Record<string, Tensor> = {};
  for (const [name, [, bond]] of Object.entries(y.net.parts)) {
    if (name === 'core') continue;
    const axis = labels.indexOf(bond!);
    const { U } = basisOf(core, [axis], (values) => values.length);
    turns.set(axis, U);
    parts[name] = matmul(y.parts[name]!, U);
  }
  parts.core = contiguous(timesPowerOfTwo(contracted(core, turns), exponent));
  return new Factored(y.format, y.net, y.axes, parts);
}
