/** Prints the first 200 test digits as JSON: what scripts/golden-decompositions.py decomposes beside smooth tensors. */

import { digits } from '../src/io/digits.ts';

process.stdout.write(JSON.stringify([...digits().test.images.subarray(0, 200 * 64)]));
