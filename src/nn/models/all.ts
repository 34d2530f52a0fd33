/** Every ready model: the command line, files and tests walk this table. */

import { FormatError } from '../../errors.ts';
import { dlrm } from './dlrm.ts';
import { lenet5 } from './lenet5.ts';
import { mlp } from './mlp.ts';
import type { ModelFamily } from './model.ts';
import { resmlp } from './resmlp.ts';
import { resnet20, resnet8 } from './resnet.ts';
import { textLstm } from './textLstm.ts';
import { transformerTiny } from './transformer.ts';
import { vgg11Small } from './vgg11.ts';

export const models: readonly ModelFamily[] = [
  mlp,
  resmlp,
  lenet5,
  vgg11Small,
  resnet8,
  resnet20,
  transformerTiny,
  dlrm,
  textLstm,
];

/** The model of a name. Throws FormatError with the known names. */
export function modelNamed(name: string): ModelFamily {
  const found = models.find((model) => model.name === name);
  if (found === undefined) {
    const names = models.map((model) => model.name).join(', ');
    throw new FormatError('model', 'the model is known', `'${name}'`, `choose one of ${names}`);
  }
  return found;
}
