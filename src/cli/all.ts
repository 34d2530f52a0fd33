/** The commands, in the order of the help. */

import type { Command } from './command.ts';
import { compare } from './compare.ts';
import { completionOf } from './completion.ts';
import { decompose } from './decompose.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { evaluateCommand } from './eval.ts';
import { full } from './full.ts';
import { inspect } from './inspect.ts';
import { merge } from './merge.ts';
import { methodsCommand } from './methods.ts';
import { predict } from './predict.ts';
import { round } from './round.ts';
import { train } from './train.ts';

const working: readonly Command[] = [
  demo,
  train,
  compare,
  methodsCommand,
  evaluateCommand,
  predict,
  merge,
  inspect,
  decompose,
  round,
  full,
  doctor,
];

export const commands: readonly Command[] = [...working, completionOf(working)];
