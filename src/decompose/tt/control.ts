/** The error of a train of a function, from entries drawn at random, or from all of them where they are few. */

import type { Factored } from '../../formats/network.ts';
import { uniform } from '../../ops/random.ts';
import type { Key } from '../../random.ts';
import { own } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import { gather } from '../../tt/entries.ts';
import type { IndexSet, Sampler } from './sampler.ts';

export interface Control {
  /** False where all entries were looked at. */
  readonly estimated: boolean;
  /** |f - x| / |f| over the entries looked at; 0 where both are 0, Infinity where f alone is. */
  error(x: Factored): number;
  /** The indices by modes, at most `count` of them, where x is wrong most. */
  worst(x: Factored, count: number): IndexSet;
}

/** Draws at most `count` indices and asks for their entries. */
export function controlOf(sampler: Sampler, sizes: readonly number[], count: number, key: Key): Control {
  const all = sizes.reduce((product, n) => product * n, 1);
  const points = all <= count ? everyIndex(sizes, all) : randomIndices(sizes, count, key);
  const values = sampler.at(points);
  const indices = sampler.byAxis(points);
  const top = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const unit = top === 0 ? 1 : top;
  const differences = (x: Factored): Float64Array => {
    const found = scope(() => dataSync(gather(x, own(indices.slice(), [points.count, indices.length / points.count]))));
    return values.map((value, k) => (value - found[k]!) / unit);
  };
  return {
    estimated: all > count,
    error(x) {
      const lost = differences(x).reduce((sum, value) => sum + value * value, 0);
      const whole = values.reduce((sum, value) => sum + (value / unit) * (value / unit), 0);
      return lost === 0 ? 0 : Math.sqrt(lost / whole);
    },
    worst(x, most) {
      const sizes = differences(x).map(Math.abs);
      const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b).slice(0, most);
      const { width, data } = points;
      const rows = order.flatMap((k) => [...data.subarray(k * width, (k + 1) * width)]);
      return { count: order.length, width, data: Int32Array.from(rows) };
    },
  };
}

function everyIndex(sizes: readonly number[], count: number): IndexSet {
  const width = sizes.length;
  const data = new Int32Array(count * width);
  for (let k = 0; k < count; k++) {
    for (let j = width - 1, rest = k; j >= 0; j--) {
      data[k * width + j] = rest % sizes[j]!;
      rest = Math.floor(rest / sizes[j]!);
    }
  }
  return { count, width, data };
}

function randomIndices(sizes: readonly number[], count: number, key: Key): IndexSet {
  const width = sizes.length;
  const draws = scope(() => dataSync(uniform(key, [count * width], { dtype: 'f64' })));
  return { count, width, data: Int32Array.from(draws, (u, k) => Math.floor(u * sizes[k % width]!)) };
}
