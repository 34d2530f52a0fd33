/** The strongest simple control at mild compression: a dense network of the same depth, narrowed to as few parameters. */

import { RankError } from '../errors.ts';
import { outlineWeight } from '../formats/make.ts';
import { key } from '../random.ts';
import { scope } from '../tensor/scope.ts';
import { countsOf } from './counts.ts';
import type { ModelFamily, ModelOptions, ModelWeights } from './models/model.ts';

/** Steps of the search: widths are rounded to whole channels long before. */
const STEPS = 24;

/** Parameters of a model, dense unless its options have a maker of weights. */
export function parametersOf(family: ModelFamily, options: ModelOptions & ModelWeights): number {
  return scope(() => {
    const model = family.build({ weight: outlineWeight, ...options });
    return countsOf(model, model.init(key(0), '')).parameters;
  });
}

/** The greatest factor on all widths with at most `most` parameters. Throws RankError where even width 1 has more. */
export function narrowWidth(family: ModelFamily, options: ModelOptions, most: number): number {
  let low = 0;
  let high = 1;
  if (parametersOf(family, { ...options, width: 1 }) <= most) return 1;
  for (let k = 0; k < STEPS; k++) {
    const middle = (low + high) / 2;
    if (parametersOf(family, { ...options, width: middle }) <= most) low = middle;
    else high = middle;
  }
  if (low > 0) return low;
  throw new RankError(
    'narrow',
    `${family.name} has at most ${most} parameters`,
    'more at width 1',
    'allow more parameters',
  );
}
