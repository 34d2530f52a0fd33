/** Every kernel there is: laws, benchmarks and the build check walk this list. */

import type { Kernel } from './kernel.ts';

export const kernels: readonly Kernel<never>[] = [];
