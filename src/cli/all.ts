/** The commands, in the order of the help. */

import type { Command } from './command.ts';
import { demo } from './demo.ts';
import { train } from './train.ts';

export const commands: readonly Command[] = [demo, train];
