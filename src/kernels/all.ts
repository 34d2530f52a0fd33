/** Every kernel there is: laws, benchmarks and the build check walk this list. */

import { fill } from './fill.ts';
import type { Kernel } from './kernel.ts';
import { sgd } from './sgd.ts';
import { adam } from './adam.ts';

export const kernels: readonly Kernel[] = [fill, sgd, adam];
