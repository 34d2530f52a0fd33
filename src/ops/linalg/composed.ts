/** Operations that are computed by others and have a gradient of their own, with several results. */

import { recordingDepth, scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Op } from '../op.ts';
import { alias, record } from '../tape.ts';

/** What custom() is for one result: `forward` is not differentiated, `vjp` is its gradient, in operations. */
export function composed(
  op: Pick<Op<unknown>, 'name' | 'vjp'>,
  inputs: readonly Tensor[],
  forward: () => readonly Tensor[],
): readonly Tensor[] {
  const outs = unrecorded(() => scope(forward)).map(alias);
  if (recordingDepth() === 0 || !inputs.some((x) => x.tape !== null)) return outs;
  const infer = () => outs.map(({ shape, dtype }) => ({ shape, dtype }));
  record({ ...op, infer }, inputs, outs, undefined);
  return outs;
}
