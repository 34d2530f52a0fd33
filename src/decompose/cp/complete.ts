/** A CP tensor through some known entries of a tensor that is never formed. */

import { ShapeError } from '../../errors.ts';
import { cp } from '../../formats/cp.ts';
import { showShape } from '../../shape.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Decomposed } from '../decomposed.ts';
import { layoutOf } from '../modes.ts';
import {
  type Entries,
  entriesOf,
  fitsDense,
  heldOutOf,
  normOf,
  type Samples,
  timesPower,
  topExponent,
  undetermined,
  zeroFilled,
} from '../samples.ts';
import { distance, entriesProblem } from './entriesProblem.ts';
import { type CpOptions, checkCpOptions } from './options.ts';
import { packed, ranksOf, zeroTensor } from './result.ts';
import { search } from './search.ts';
import { spectralStart } from './start.ts';

const OP = 'cp.complete';

export interface CpCompleteOptions extends Omit<CpOptions, 'fold' | 'mask' | 'method' | 'samples'> {
  /** Samples to judge by, without a part in the fit: the relative error on them is `report.heldOut`. */
  readonly heldOut?: Samples;
}

/**
 * The sum of `rank` outer products that is nearest to the known entries. Options are those of decompose(); init 'svd',
 * the default where it can be, takes the singular vectors of the tensor with zeros where it is unknown, of at most 2^24
 * elements. The first sweeps are under a ridge that shrinks; `report.error` and `report.history` are over the samples.
 * Several restarts find a planted tensor more surely; a ridge keeps small what few samples speak of. Throws as
 * decompose().
 */
export function complete(samples: Samples, options: CpCompleteOptions): Decomposed {
  const entries = entriesOf(OP, samples);
  if (entries.shape.length < 2) {
    throw new ShapeError(OP, 'a tensor has at least two modes', showShape(entries.shape), 'reshape it');
  }
  checkCpOptions(OP, options, entries.shape);
  const held = heldOutOf(OP, options.heldOut, entries);
  return unrecorded(() => scope(() => run(entries, held, options)));
}

function run(entries: Entries, held: Entries | null, options: CpCompleteOptions): Decomposed {
  const { shape, values } = entries;
  const exponent = topExponent(values);
  const known = timesPower(entries, -exponent);
  const layout = layoutOf(cp, shape);
  const ranks = ranksOf(layout, options);
  const problem = entriesProblem(known);
  if (problem.norm === 0) return zeroTensor(problem, layout);
  const best = search(
    {
      problem,
      ranks,
      exponent,
      spectral: (r, key, nonnegative) => spectralStart(zeroFilled(OP, known), r, key, nonnegative),
    },
    { init: fitsDense(shape) ? 'svd' : 'random', ...options },
  );
  return packed(problem, layout, exponent, best, options, (x) => {
    // Factors but for the scales that they may exchange.
    const freedom = x.weights.shape[0]! * (shape.reduce((sum, n) => sum + n, 0) - shape.length + 1);
    const warnings = (options.ridge ?? 0) > 0 ? [] : undetermined(entries.count, freedom);
    if (held === null) return { warnings };
    const judged = timesPower(held, -exponent);
    return { warnings, heldOut: distance(judged, x) / normOf(judged.values) };
  });
}
